import { once } from "node:events";
import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { ChildProgram } from "../support/child-program.ts";
import { type FuzzInput, fuzzInput } from "../support/fuzz-inputs.ts";
import type { FuzzReport } from "../support/fuzz-server.ts";

const { WINDLASS_TEST_LONG, WINDLASS_FUZZ_SEED } = process.env;
const isLong = WINDLASS_TEST_LONG !== undefined;
/** One connection each. */
const inputs = isLong ? 1_000_000 : 100_000;
const batchSize = 5_000;
const seed = Number(WINDLASS_FUZZ_SEED ?? 20_240_601);
const parallel = 100;
/** A well-behaved client is answered within this, straight after a batch. */
const answerWithinMs = 3_000;
/** A connection that the server keeps for longer after we ended ours has been forgotten. */
const forgottenAfterMs = 20_000;
const heapGrowthBytes = 8 * 1024 * 1024;
const rssGrowthBytes = 128 * 1024 * 1024;

/** Sends one input on a connection of its own; whether the server ended it in time. */
async function send(port: number, input: FuzzInput): Promise<boolean> {
  let isForgotten = false;
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.setTimeout(forgottenAfterMs, () => {
    isForgotten = true;
    socket.destroy();
  });
  // The server may reset the connection at any time: that is its good right.
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await Promise.race([closed, talk(socket, input)]);
  await closed;
  return !isForgotten;
}

async function talk(socket: Socket, { handshake, pieces, leave }: FuzzInput): Promise<void> {
  if (handshake !== undefined) {
    socket.write(handshake);
    await new Promise<void>((resolve) => socket.once("data", () => resolve()));
  }
  socket.resume();
  for (const piece of pieces) {
    await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
    // The next piece goes into a packet of its own.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  if (leave === "end") socket.end();
  else if (leave === "reset") socket.resetAndDestroy();
  else socket.destroy();
}

/** Sends all inputs, many at a time; how many connections the server forgot. */
async function sendAll(port: number, batch: readonly FuzzInput[]): Promise<number> {
  const queue = batch.values();
  let forgotten = 0;
  const worker = async (): Promise<void> => {
    for (const input of queue) if (!(await send(port, input))) forgotten += 1;
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return forgotten;
}

/** Asks the server as a well-behaved client would. */
async function report(program: ChildProgram, port: number): Promise<FuzzReport> {
  const client = new WebSocket(`ws://localhost:${port}/control`);
  try {
    const signal = AbortSignal.timeout(answerWithinMs);
    await once(client, "open", { signal });
    const answer = once(client, "message", { signal });
    client.send("how are you?");
    return JSON.parse(String((await answer)[0]));
  } catch (error) {
    throw new Error(`the server does not answer any more; its last words: ${program.stderr}`, {
      cause: error,
    });
  } finally {
    client.terminate();
  }
}

/** The report once all connections of clients that have left are closed. */
async function finalReport(program: ChildProgram, port: number): Promise<FuzzReport> {
  const deadline = Date.now() + forgottenAfterMs;
  for (;;) {
    const final = await report(program, port);
    if (final.open === 0 || Date.now() > deadline) return final;
  }
}

test(`survives ${inputs} random and mutated handshakes and frames`, {
  timeout: isLong ? 1_800_000 : 180_000,
}, async () => {
  const program = new ChildProgram("test/support/fuzz-server.ts");
  onTestFinished(async () => void (await program.stop("SIGKILL")));
  const port = Number((await program.find(/port (\d+)/))[1]);

  let early: FuzzReport | undefined;
  for (let batch = 0; batch < inputs / batchSize; batch += 1) {
    const sample = fc.sample(fuzzInput, { numRuns: batchSize, seed: seed + batch });
    const context = `seed ${seed}, batch ${batch}`;
    expect(await sendAll(port, sample), context).toBe(0);
    const { errors, violations } = await report(program, port);
    expect({ errors, violations }, context).toEqual({ errors: [], violations: [] });
    // Not before all code has run, or the first garbage would count as a leak.
    if (batch === 3) early = await report(program, port);
  }

  const final = await finalReport(program, port);
  expect(final.open).toBe(0);
  expect(final.closed).toBe(final.opened);
  expect(final.heapBytes - (early?.heapBytes ?? 0)).toBeLessThan(heapGrowthBytes);
  expect(final.rssBytes - (early?.rssBytes ?? 0)).toBeLessThan(rssGrowthBytes);
  // The inputs got into all the places they were meant for.
  expect(final.opened).toBeGreaterThan(inputs / 2);
  expect(final.refused).toBeGreaterThan(inputs / 15);
  expect(final.messages).toBeGreaterThan(inputs / 5);
  for (const cause of ["peer", "protocol", "too-big"]) {
    expect(final.causes[cause], cause).toBeGreaterThan(inputs / 200);
  }
});
