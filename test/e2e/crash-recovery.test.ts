import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@windlass/client";
import { expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { ChildProgram } from "../support/child-program.ts";
import { crashFeed } from "../support/crash-feed.ts";
import { freePort } from "../support/free-port.ts";
import { RedisServer } from "../support/redis-server.ts";

const rounds = process.env["WINDLASS_TEST_LONG"] === undefined ? 4 : 50;

/** Where a killed node keeps its history. */
type Keep = () => Promise<Readonly<Record<string, string>>>;

const stores: Readonly<Record<string, Keep>> = {
  LMDB: async () => {
    const folder = await mkdtemp(join(tmpdir(), "windlass-crash-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    return { STORE: join(folder, "store") };
  },
  "Redis with AOF": async () => {
    const redis = await RedisServer.start({ isDurable: true });
    onTestFinished(() => redis.stop());
    return { REDIS_URL: redis.url };
  },
};

function start(env: Readonly<Record<string, string>>): ChildProgram {
  const program = new ChildProgram("test/support/durable-feed-program.ts", env);
  onTestFinished(async () => void (await program.stop("SIGKILL")));
  return program;
}

/** The numbers that a node was told are kept, each at the offset of the same number. */
function acknowledgedBy({ stdout }: ChildProgram): number[] {
  const lines = [...stdout.matchAll(/^ack (\d+) (\d+)\n/gm)];
  return lines.map(([, offset, number]) => {
    expect(offset).toBe(number);
    return Number(number);
  });
}

it.each(Object.entries(stores))(
  "a client sees everything once and in order, however often the node is killed: %s",
  { timeout: 30_000 + rounds * 6_000 },
  async (_, keep) => {
    const env = { ...(await keep()), PORT: String(await freePort()) };
    const seen: number[] = [];
    const outcomes: unknown[] = [];
    const client = connect(crashFeed, `ws://localhost:${env.PORT}/`, {
      WebSocket,
      reconnect: { minDelayMs: 50, maxDelayMs: 100 },
    });
    onTestFinished(() => client.close());
    client.subscribe(
      "feed",
      {},
      { entry: (number) => void seen.push(number) },
      {
        since: { epoch: "", offset: 0 },
        onRecovered: (outcome) => void outcomes.push(outcome),
      },
    );
    let acknowledged = 0;
    for (let round = 0; round < rounds; round += 1) {
      const program = start(env);
      const before = seen.length;
      // At a moment that differs from round to round, with the client back and something new read.
      await expect
        .poll(() => seen.length, { timeout: 20_000, interval: 1 })
        .toBeGreaterThan(before + 1 + ((round * 37) % 200));
      await program.stop("SIGKILL");
      const numbers = acknowledgedBy(program);
      acknowledged = Math.max(acknowledged, ...numbers);
    }
    const last = start(env);
    await expect.poll(() => seen.length, { timeout: 20_000 }).toBeGreaterThan(acknowledged + 50);
    await last.stop("SIGKILL");
    // What was acknowledged is among them, and nothing is missing, doubled or out of order.
    expect(seen).toEqual(seen.map((_number, index) => index + 1));
    expect(outcomes.filter((outcome) => (outcome as { recovered: boolean }).recovered)).toEqual(
      outcomes,
    );
  },
);
