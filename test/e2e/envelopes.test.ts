import { once } from "node:events";
import { decode, encode } from "@msgpack/msgpack";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { seededRandom } from "../client/random.ts";
import { ChildProgram } from "../support/child-program.ts";
import type { EnvelopeReport } from "../support/envelope-server.ts";
import { type Envelope, hostileEnvelope } from "../support/hostile-envelopes.ts";
import { TextClient } from "../support/text-client.ts";

const { WINDLASS_TEST_LONG, WINDLASS_FUZZ_SEED } = process.env;
const isLong = WINDLASS_TEST_LONG !== undefined;
/** Messages over both forms. */
const inputs = isLong ? 1_000_000 : 40_000;
const seed = Number(WINDLASS_FUZZ_SEED ?? 20_261_127);
/** Messages sent before their answers are looked at. */
const batchSize = 500;
const heapGrowthBytes = 8 * 1024 * 1024;
const rssGrowthBytes = 96 * 1024 * 1024;

type Form = "json" | "msgpack";
const forms: readonly Form[] = ["json", "msgpack"];

let program: ChildProgram;
let port = 0;

beforeAll(async () => {
  program = new ChildProgram("test/support/envelope-server.ts");
  port = Number((await program.find(/port (\d+)/))[1]);
  return async () => void (await program.stop("SIGKILL"));
});

async function report(): Promise<EnvelopeReport> {
  const client = await TextClient.open(`ws://localhost:${port}/control`);
  client.send("");
  const answer = JSON.parse(await client.text());
  client.socket.terminate();
  return answer;
}

async function connect(path: string, form: Form): Promise<WebSocket> {
  const socket = new WebSocket(`ws://localhost:${port}${path}`, [`windlass.v1.${form}`]);
  onTestFinished(() => socket.terminate());
  await once(socket, "open");
  return socket;
}

interface Answer {
  readonly type: string;
  readonly code?: string;
}

const read = (form: Form, payload: Buffer): Answer =>
  (form === "json" ? JSON.parse(String(payload)) : decode(payload)) as Answer;
const ping = (form: Form): string | Uint8Array =>
  form === "json" ? '{"type":"ping"}' : encode({ type: "ping" });

/** Sends each message with a ping behind it: what comes before the next pong is its answer. */
async function answersTo(
  socket: WebSocket,
  form: Form,
  envelopes: readonly Envelope[],
): Promise<readonly (readonly Answer[])[]> {
  const answers: Answer[][] = [[]];
  const done = new Promise<void>((resolve, reject) => {
    socket.on("close", (code) => reject(new Error(`the connection closed with ${code}`)));
    socket.on("message", function listen(payload: Buffer) {
      const answer = read(form, payload);
      if (answer.type !== "pong") answers.at(-1)?.push(answer);
      else if (answers.length < envelopes.length) answers.push([]);
      else {
        socket.removeAllListeners("message").removeAllListeners("close");
        resolve();
      }
    });
  });
  for (const { payload } of envelopes) {
    socket.send(payload);
    socket.send(ping(form));
  }
  await done;
  return answers;
}

/** Whether the answers to one message are what the wire protocol says. */
function fits({ expected }: Envelope, answers: readonly Answer[]): boolean {
  if (expected === "nothing") return answers.length === 0;
  if (answers.length > 1) return false;
  const [answer] = answers;
  if (expected === "anything") return true;
  return (answer?.code ?? answer?.type) === expected;
}

/** Messages of one form, with what was expected of them. */
class Run {
  readonly surprises: unknown[] = [];
  valid = 0;
  maybeValid = 0;
  #sent = 0;
  readonly #form: Form;
  readonly #random: () => number;

  constructor(form: Form) {
    this.#form = form;
    this.#random = seededRandom(seed + forms.indexOf(form));
  }

  /** Sends more, until there were `total`. */
  async send(socket: WebSocket, total: number): Promise<void> {
    for (; this.#sent < total; this.#sent += batchSize) {
      const batch = Array.from({ length: batchSize }, () =>
        hostileEnvelope(this.#random, this.#form),
      );
      const answers = await answersTo(socket, this.#form, batch);
      for (const [index, envelope] of batch.entries()) this.#judge(envelope, answers[index] ?? []);
    }
  }

  #judge(envelope: Envelope, answers: readonly Answer[]): void {
    if (envelope.expected === "ack") this.valid += 1;
    if (envelope.expected === "anything") this.maybeValid += 1;
    if (fits(envelope, answers) || this.surprises.length >= 10) return;
    this.surprises.push({ after: this.#sent, seed, ...envelope, answers });
  }
}

describe("hostile envelopes", () => {
  it.each(forms)(
    `over %s, ${inputs / 2} of them, are answered as documented and never reach a handler`,
    { timeout: 1_200_000 },
    async (form) => {
      const run = new Run(form);
      const socket = await connect("/patient", form);
      const before = await report();
      // Not before all code has run, or the first garbage would count as a leak.
      await run.send(socket, inputs / 10);
      const early = await report();
      await run.send(socket, inputs / 2);
      const after = await report();
      expect(run.surprises).toEqual([]);
      expect(after).toMatchObject({ wrong: [], errors: [], running: 0 });
      const handled = after.handled - before.handled;
      expect(handled).toBeGreaterThanOrEqual(run.valid);
      expect(handled).toBeLessThanOrEqual(run.valid + run.maybeValid);
      expect(after.violations).toBeGreaterThan(inputs / 4);
      expect(after.heapBytes - early.heapBytes).toBeLessThan(heapGrowthBytes);
      expect(after.rssBytes - early.rssBytes).toBeLessThan(rssGrowthBytes);
    },
  );

  it.each(forms)("over %s close the connection with 4500 at the tenth", async (form) => {
    const random = seededRandom(seed);
    const bad: Envelope[] = [];
    while (bad.length < 10) {
      const envelope = hostileEnvelope(random, form);
      if (envelope.expected.startsWith("ERR_")) bad.push(envelope);
    }
    const socket = await connect("/strict", form);
    const answers: Answer[] = [];
    socket.on("message", (payload: Buffer) => answers.push(read(form, payload)));
    const closed = once(socket, "close");
    for (const { payload } of bad) socket.send(payload);
    expect((await closed)[0]).toBe(4500);
    expect(answers.map(({ code }) => code)).toEqual(bad.map(({ expected }) => expected));
  });

  it.each(forms)("over %s that are too big end the connection", async (form) => {
    const text = "a".repeat(5_000);
    const frame = { type: "event", name: "say", data: { text } };
    const socket = await connect("/strict", form);
    const closed = once(socket, "close");
    socket.send(form === "json" ? JSON.stringify(frame) : encode(frame));
    expect((await closed)[0]).toBe(1009);
    expect(await report()).toMatchObject({ wrong: [], errors: [] });
  });
});
