import type { RedisBrokerOptions } from "@windlass/broker-redis";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { CountingClock } from "../support/counting-clock.ts";
import { installTimeoutMs } from "../support/debian-package.ts";
import { HeardPublications, openNode, type RedisNode } from "../support/redis-node.ts";
import { RedisServer } from "../support/redis-server.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

const history = { size: 1_000, ttlMs: 600_000, positionTtlMs: 600_000 };
/** Short times, so that the tests need not wait. */
const hasty = {
  connectTimeoutMs: 500,
  commandTimeoutMs: 300,
  pingIntervalMs: 100,
  reconnectMaxDelayMs: 100,
} as const;

let server: RedisServer;
let lastPrefix = 0;

beforeAll(async () => {
  server = await RedisServer.start();
}, installTimeoutMs);

afterAll(async () => server.stop());

async function node(options: RedisBrokerOptions): Promise<RedisNode> {
  const opened = await openNode(options);
  onTestFinished(async () => opened.broker.close());
  return opened;
}

/** A node whose link goes through a proxy, and one whose link does not. */
async function twoNodes(more: Partial<RedisBrokerOptions> = {}) {
  lastPrefix += 1;
  const keyPrefix = `broker-${lastPrefix}:`;
  const proxy = await TcpProxy.start(server.port);
  onTestFinished(async () => proxy.close());
  const through = { ...hasty, ...more, keyPrefix, url: `redis://127.0.0.1:${proxy.port}` };
  const near = await node(through as RedisBrokerOptions);
  const far = await node({ ...hasty, commandTimeoutMs: 3_000, keyPrefix, url: server.url });
  return { proxy, near, far, keyPrefix };
}

async function untilReady({ broker }: RedisNode): Promise<void> {
  await vi.waitFor(() => expect(broker.health.state).toBe("ready"), { timeout: 10_000 });
}

async function publish({ broker }: RedisNode, data: string): Promise<void> {
  await broker.publish({ topic: "news", data }, { history });
}

test("rejects what needs Redis at once while there is no link, and goes on when there is one", async () => {
  const { proxy, near } = await twoNodes();
  await publish(near, "1");
  proxy.admission = "refuse";
  proxy.cut();
  await near.log.find(({ message }) => message.includes("was lost"));
  const { broker } = near;
  const calls = [
    () => broker.publish({ topic: "news", data: "lost" }),
    () => broker.publish({ topic: "news", data: "lost" }, { history }),
    () => broker.subscribe("news", () => {}),
    () => broker.history("news"),
    () => broker.forget("news"),
  ];
  const startedAtMs = performance.now();
  for (const call of calls) {
    await expect(call()).rejects.toMatchObject({
      code: "ERR_BROKER_UNAVAILABLE",
      message: expect.stringMatching(
        /^The broker at redis:\/\/127\.0\.0\.1:\d+ did not take \w+\(\): there is no connection .*\.$/,
      ),
    });
  }
  expect(performance.now() - startedAtMs).toBeLessThan(hasty.commandTimeoutMs);
  expect(near.broker.health).toMatchObject({ state: "connecting", lastError: expect.any(String) });
  proxy.resume();
  await untilReady(near);
  await publish(near, "2");
  const { publications } = await broker.history("news");
  expect(publications.map(({ data }) => data)).toEqual(["1", "2"]);
  expect(near.broker.health.state).toBe("ready");
});

test("rejects what is under way within its time when no answer comes", async () => {
  const { proxy, near } = await twoNodes({ pingIntervalMs: 60_000 });
  proxy.stall("toClient");
  const startedAtMs = performance.now();
  await expect(publish(near, "1")).rejects.toMatchObject({
    code: "ERR_BROKER_UNAVAILABLE",
    message: expect.stringContaining("no answer within 300 ms"),
  });
  const tookMs = performance.now() - startedAtMs;
  expect(tookMs).toBeGreaterThan(hasty.commandTimeoutMs * 0.8);
  expect(tookMs).toBeLessThan(hasty.commandTimeoutMs * 3);
});

test("notices a link that was cut without a word", async () => {
  const { proxy, near, far } = await twoNodes();
  const heard = new HeardPublications();
  await near.broker.subscribe("news", heard.listen);
  const cutAtMs = performance.now();
  proxy.drop();
  await publish(far, "missed");
  await near.log.find(({ message }) => message.includes("was lost"));
  // A ping and its time, and some more as this machine is busy; the periodic look comes much later.
  expect(performance.now() - cutAtMs).toBeLessThan(5_000);
  expect(await heard.until("missed")).toEqual(["missed"]);
});

test("delivers late, in order and once, what was published while the link was cut", async () => {
  const { proxy, near, far } = await twoNodes();
  const heard = new HeardPublications();
  await near.broker.subscribe("news", heard.listen);
  await publish(far, "1");
  await heard.until("1");
  proxy.admission = "refuse";
  proxy.cut();
  for (let index = 2; index <= 50; index += 1) await publish(far, String(index));
  proxy.resume();
  await heard.until("50");
  await publish(far, "end");
  const wanted = [...Array.from({ length: 50 }, (_, index) => String(index + 1)), "end"];
  expect(await heard.until("end")).toEqual(wanted);
  expect(near.gaps).toEqual([]);
});

test("tells of a gap before later publications when the history does not reach back", async () => {
  const { proxy, near, far } = await twoNodes();
  const events: string[] = [];
  await near.broker.subscribe("news", ({ data }) => void events.push(String(data)));
  near.gaps.push = (...topics: string[]) => events.push(...topics.map((topic) => `gap ${topic}`));
  await publish(far, "1");
  await vi.waitFor(() => expect(events).toEqual(["1"]));
  proxy.admission = "refuse";
  proxy.cut();
  const small = { ...history, size: 2 };
  for (const data of ["2", "3", "4", "5"]) {
    await far.broker.publish({ topic: "news", data }, { history: small });
  }
  proxy.resume();
  await vi.waitFor(() => expect(events).toEqual(["1", "gap news", "4", "5"]));
});

test("finds by itself that the last publication was lost, and subscribes anew", async () => {
  const { near, far, keyPrefix } = await twoNodes({ positionCheckMs: 100 });
  const heard = new HeardPublications();
  await near.broker.subscribe("news", heard.listen);
  await publish(far, "1");
  await heard.until("1");
  // Nobody hears of this one.
  const position = `${keyPrefix}topic:{news}:position`;
  const log = `${keyPrefix}topic:{news}:log`;
  const [entry] = (await server.cli("XRANGE", log, "-", "+")).split("\n");
  const expiry = entry?.split("-")[1] ?? "";
  await server.cli("HSET", position, "offset", "2");
  await server.cli(
    "EVAL",
    `redis.call('XADD', KEYS[1], ARGV[1], 'p', '\\1\\1two')`,
    "1",
    log,
    `2-${expiry}`,
  );
  expect(await heard.until("two")).toEqual(["1", "two"]);
  await publish(far, "3");
  expect(await heard.until("3")).toEqual(["1", "two", "3"]);
  expect(near.gaps).toEqual([]);
});

test("keeps the order when the server has forgotten the scripts", async () => {
  const { near, far } = await twoNodes();
  const heard = new HeardPublications();
  await far.broker.subscribe("news", heard.listen);
  const wanted: string[] = [];
  const published: Promise<void>[] = [];
  for (let round = 0; round < 5; round += 1) {
    await server.cli("SCRIPT", "FLUSH");
    for (let index = 0; index < 20; index += 1) {
      wanted.push(`${round} ${index}`);
      published.push(publish(near, `${round} ${index}`));
    }
  }
  await Promise.all(published);
  expect(await heard.until(wanted.at(-1) ?? "")).toEqual(wanted);
});

test("bounds what waits for an answer", async () => {
  const { proxy, near } = await twoNodes({ maxCommandsInFlight: 10, pingIntervalMs: 60_000 });
  proxy.stall("toClient");
  const outcomes = await Promise.allSettled(
    Array.from({ length: 30 }, (_, index) => publish(near, String(index))),
  );
  const problems = outcomes.map((each) => (each.status === "rejected" ? String(each.reason) : ""));
  expect(problems.filter((text) => text.includes("10 commands are waiting"))).toHaveLength(20);
  expect(problems.filter((text) => text.includes("no answer within"))).toHaveLength(10);
});

test("resubscribes thousands of topics", async () => {
  const { proxy, near, far } = await twoNodes({ commandTimeoutMs: 3_000 });
  const topics = Array.from({ length: 3_000 }, (_, index) => `topic ${index}`);
  const heard = new Map<string, HeardPublications>();
  await Promise.all(
    topics.map(async (topic) => {
      const listener = new HeardPublications();
      heard.set(topic, listener);
      await near.broker.subscribe(topic, listener.listen);
    }),
  );
  proxy.cut();
  await near.log.find(({ message }) => message.includes("was lost"));
  const publishAll = (data: string) =>
    Promise.all(topics.map((topic) => far.broker.publish({ topic, data }, { history })));
  await publishAll("1");
  await untilReady(near);
  await publishAll("2");
  for (const listener of heard.values()) expect(await listener.until("2")).toEqual(["1", "2"]);
});

test("logs one line when the link is lost and one when it is back", async () => {
  const { proxy, near } = await twoNodes();
  proxy.admission = "refuse";
  proxy.cut();
  await proxy.until(({ refused }) => refused > 6);
  proxy.resume();
  await untilReady(near);
  expect(near.log.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
    "info connected to Redis",
    "warn the connection to Redis was lost; connecting again",
    "info connected to Redis again",
  ]);
});

test("reads a history of many pages in one piece", async () => {
  const { near } = await twoNodes({ commandTimeoutMs: 3_000 });
  const large = "x".repeat(10_000);
  const count = 400;
  await Promise.all(
    Array.from({ length: count }, (_, index) => publish(near, `${index} ${large}`)),
  );
  const read = async (isReversed: boolean) => {
    const { publications } = await near.broker.history("news", { isReversed });
    return publications.map(({ data }) => Number(String(data).split(" ")[0]));
  };
  const wanted = Array.from({ length: count }, (_, index) => index);
  expect(await read(false)).toEqual(wanted);
  expect(await read(true)).toEqual(wanted.toReversed());
});

test("leaves nothing open when it is closed, whatever the link does", async () => {
  for (const admission of ["pass", "refuse", "hang"] as const) {
    const clock = new CountingClock();
    const { proxy, near } = await twoNodes({ clock });
    await near.broker.subscribe("news", () => {});
    if (admission !== "pass") {
      proxy.admission = admission;
      proxy.cut();
      await near.log.find(({ message }) => message.includes("was lost"));
    }
    const publishing = publish(near, "1").catch(() => {});
    await near.broker.close();
    await publishing;
    await proxy.until(({ open }) => open === 0);
    expect(near.broker.health.state).toBe("closed");
    expect(clock.timers).toBe(0);
  }
});
