import { describe, expect, it } from "vitest";
import { type BenchRun, bench } from "./bench-command.ts";
import { type Behaviour, MisbehavingServer, type Received } from "./misbehaving-server.ts";

/** Long enough for some thousand messages. */
const short = ["--warmup", "0", "--duration", "500ms", "--drain", "500ms", "--connections", "10"];

interface Checked extends BenchRun {
  /** How often the server did wrong. */
  readonly faults: number;
  /** Messages that the server got and the report does not count: those of the warm-up. */
  readonly uncounted: number;
}

/** Counts what a server does wrong. */
class Faults {
  count = 0;

  /** Replaces every 100th message. */
  hundredth(
    replacement: (message: Received) => readonly Received[],
  ): NonNullable<Behaviour["replies"]> {
    return (messages, number) =>
      messages.flatMap((message, index) => {
        if ((number + index) % 100 !== 0) return [message];
        this.count += 1;
        return replacement(message);
      });
  }
}

async function check(faults: Faults, behaviour: Behaviour, ...args: string[]): Promise<Checked> {
  const server = await MisbehavingServer.start(behaviour);
  const run = await bench("echo", server.url, ...short, ...args);
  const uncounted = server.received - run.report.messages.requests;
  return { ...run, faults: faults.count, uncounted };
}

/** What the report must count; faults of the warm-up it may leave out. */
function expectCounted(seen: number, { faults, uncounted }: Checked): void {
  expect(faults).toBeGreaterThan(0);
  expect(seen).toBeLessThanOrEqual(faults);
  expect(seen).toBeGreaterThanOrEqual(Math.max(1, faults - uncounted));
}

describe("against a healthy server", () => {
  it.each([
    ["one message in flight", []],
    [
      "sixteen in flight, binary, two workers",
      ["--in-flight", "16", "--format", "binary", "--workers", "2"],
    ],
    ["a fixed rate", ["--rate", "2000"]],
    ["messages of 16 KiB", ["--message-bytes", "16k", "--in-flight", "4"]],
    ["messages of a single byte", ["--message-bytes", "1"]],
    ["the headers of a browser", ["--handshake", "browser", "--origin", "http://localhost"]],
  ])("every request has its reply with %s", async (_, args) => {
    const { report, status, stdout, uncounted } = await check(new Faults(), {}, ...args);
    const { requests, replies, expected, ...faults } = report.messages;
    expect(requests).toBeGreaterThan(100);
    expect([replies, expected]).toEqual([requests, requests]);
    expect(new Set(Object.values(faults))).toEqual(new Set([0]));
    expect(uncounted).toBeGreaterThanOrEqual(0);
    expect(report.latency?.count).toBe(requests);
    expect(report.failures).toEqual([]);
    expect(status).toBe(0);
    expect(stdout).toContain("All checks held");
  });
});

describe("against a server that", () => {
  it("drops one reply in a hundred, says how many are missing", async () => {
    const faults = new Faults();
    const run = await check(faults, { replies: faults.hundredth(() => []) }, "--in-flight", "16");
    const { missing, requests, replies } = run.report.messages;
    expectCounted(missing, run);
    expect(replies).toBe(requests - missing);
    expect(run.report.failures.join()).toMatch(/of [\d,]+ expected replies never came/);
    expect(run.stdout).toContain("FAILED");
    expect(run.status).toBe(1);
  });

  it("drops replies that nothing follows, is asked again after a second", async () => {
    const faults = new Faults();
    const behaviour = { replies: faults.hundredth(() => []) };
    const run = await check(faults, behaviour, "--duration", "2500ms");
    expectCounted(run.report.messages.missing, run);
    // Ten connections with one message in flight: standing still for good they would lose ten.
    expect(run.report.messages.missing).toBeGreaterThan(10);
    expect(run.status).toBe(1);
  });

  it("sends some replies twice, says so", async () => {
    const faults = new Faults();
    const twice = faults.hundredth((message) => [message, message]);
    const run = await check(faults, { replies: twice }, "--in-flight", "4");
    expectCounted(run.report.messages.duplicated, run);
    expect(run.report.messages).toMatchObject({
      missing: 0,
      replies: run.report.messages.requests,
    });
    expect(run.report.failures.join()).toContain("came more than once");
    expect(run.status).toBe(1);
  });

  it("swaps two replies, says that one came after a later one", async () => {
    const faults = new Faults();
    const replies = (messages: readonly Received[], number: number): readonly Received[] => {
      const [first, second, ...rest] = messages;
      if (number % 7 !== 0 || first === undefined || second === undefined) return messages;
      faults.count += 1;
      return [second, first, ...rest];
    };
    const run = await check(faults, { replies }, "--in-flight", "16");
    expectCounted(run.report.messages.outOfOrder, run);
    expect(run.report.messages).toMatchObject({ missing: 0, duplicated: 0 });
    expect(run.report.failures.join()).toContain("came after a later one");
    expect(run.status).toBe(1);
  });

  it("cuts replies short, says that they are corrupted", async () => {
    const faults = new Faults();
    const shorter = faults.hundredth(({ opcode, payload }) => [
      { opcode, payload: payload.subarray(0, -1) },
    ]);
    const run = await check(faults, { replies: shorter });
    expectCounted(run.report.messages.corrupted, run);
    expect(run.report.failures.join()).toContain("had the wrong length or content");
    expect(run.status).toBe(1);
  });

  it("changes a byte of every reply, finds it by sample", async () => {
    const replies = (messages: readonly Received[]): readonly Received[] =>
      messages.map(({ opcode, payload }) => {
        const changed = Buffer.from(payload);
        changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
        return { opcode, payload: changed };
      });
    const run = await check(new Faults(), { replies });
    const { corrupted, requests } = run.report.messages;
    expect(corrupted).toBeGreaterThanOrEqual(Math.floor(requests / 64) - 10);
    expect(corrupted).toBeGreaterThan(0);
    expect(run.status).toBe(1);
  });

  it("closes connections, counts them by code and reason", async () => {
    const closing = new Set([50, 150, 250]);
    const run = await check(new Faults(), { closes: (number) => closing.has(number) });
    const reason = 'closed by the server: 1011 internal error "told to"';
    expect(run.report.connections.lost).toEqual({ [reason]: 3 });
    expect(run.report.failures.join()).toContain(`3 x ${reason}`);
    expect(run.status).toBe(1);
  });
});
