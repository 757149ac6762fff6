import type { RedisBrokerOptions } from "@windlass/broker-redis";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { installTimeoutMs } from "../support/debian-package.ts";
import { RedisCluster } from "../support/redis-cluster.ts";
import { HeardPublications, openNode, type RedisNode } from "../support/redis-node.ts";

const history = { size: 10_000, ttlMs: 600_000, positionTtlMs: 600_000 };

let cluster: RedisCluster;
let lastPrefix = 0;

beforeAll(async () => {
  cluster = await RedisCluster.start();
}, installTimeoutMs);

afterAll(async () => cluster.stop());

async function node(options: Partial<RedisBrokerOptions> = {}): Promise<RedisNode> {
  const servers = { cluster: { urls: cluster.urls } };
  const opened = await openNode({ ...servers, ...options } as RedisBrokerOptions);
  onTestFinished(async () => opened.broker.close());
  return opened;
}

async function twoNodes() {
  lastPrefix += 1;
  const keyPrefix = `cluster-${lastPrefix}:`;
  return { first: await node({ keyPrefix }), second: await node({ keyPrefix }), keyPrefix };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

test("spreads topics over the masters", async () => {
  const { first, second } = await twoNodes();
  const topics = numbers(60).map((number) => `topic ${number}`);
  const heard = new HeardPublications();
  for (const topic of topics) await second.broker.subscribe(topic, heard.listen);
  await Promise.all(
    topics.map((topic) => first.broker.publish({ topic, data: topic }, { history })),
  );
  await vi.waitFor(() => expect(heard.texts.toSorted()).toEqual(topics.toSorted()));
  const sizes = await Promise.all(cluster.servers.map((server) => server.cli("DBSIZE")));
  for (const size of sizes) expect(Number(size)).toBeGreaterThan(10);
});

test("loses nothing and keeps the order while a topic moves to another master", async () => {
  const { first, second, keyPrefix } = await twoNodes();
  const topic = "wanders";
  const heard = new HeardPublications();
  await second.broker.subscribe(topic, heard.listen);
  const publishing: Promise<unknown>[] = [];
  const state = { isMoving: true, published: 0 };
  const publish = async (): Promise<void> => {
    while (state.isMoving) {
      for (let count = 0; count < 10; count += 1) {
        const data = String(state.published);
        state.published += 1;
        publishing.push(first.broker.publish({ topic, data }, { history }));
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const loop = publish();
  for (let round = 0; round < 3; round += 1) {
    await cluster.moveSlot(`${keyPrefix}topic:{${topic}}:log`);
  }
  state.isMoving = false;
  await loop;
  await Promise.all(publishing);
  const wanted = numbers(state.published);
  await first.broker.publish({ topic, data: "end" }, { history });
  // Long before the periodic look for what was missed.
  await vi.waitFor(() => expect(heard.texts).toContain("end"), { timeout: 5_000 });
  expect(heard.texts).toEqual([...wanted, "end"]);
  const { publications } = await second.broker.history(topic);
  expect(publications.map(({ data }) => data)).toEqual([...wanted, "end"]);
  expect(second.gaps).toEqual([]);
}, 60_000);

test("goes on with the other topics while one master is away, and with all when it is back", async () => {
  const { first, second, keyPrefix } = await twoNodes();
  const [away] = await cluster.byOwnerOf(`${keyPrefix}topic:{here}:log`);
  const elsewhere = await topicElsewhere(keyPrefix);
  const heard = new HeardPublications();
  await second.broker.subscribe("here", heard.listen);
  await second.broker.subscribe(elsewhere, heard.listen);
  // For less than the time after which the cluster takes it for dead.
  away?.pause();
  const published = first.broker.publish({ topic: elsewhere, data: "1" }, { history });
  await published.finally(() => away?.resume());
  await heard.until("1");
  await vi.waitFor(() => expect(second.broker.health.state).toBe("ready"), { timeout: 10_000 });
  await first.broker.publish({ topic: "here", data: "2" }, { history });
  expect(await heard.until("2")).toEqual(["1", "2"]);
});

test(
  "goes on with the replica when a master dies, without a gap",
  async () => {
    const replicated = await RedisCluster.start(1);
    onTestFinished(async () => replicated.stop());
    const options = { cluster: { urls: replicated.urls }, reconnectMaxDelayMs: 200 };
    const [first, second] = [await node(options), await node(options)];
    const heard = new HeardPublications();
    await second.broker.subscribe("news", heard.listen);
    const publish = (data: string) => first.broker.publish({ topic: "news", data }, { history });
    const before = await publish("1");
    await heard.until("1");
    const [master] = await replicated.byOwnerOf("windlass:topic:{news}:log");
    // Replication is not waited for by a publication: so that a replica has it, it is waited for here.
    await vi.waitFor(async () => {
      const text = (await master?.cli("INFO", "replication")) ?? "";
      const written = /master_repl_offset:(\d+)/.exec(text)?.[1];
      expect(/slave0:.*,offset=(\d+)/.exec(text)?.[1]).toBe(written);
    }, 10_000);
    await master?.kill();
    const after = await vi.waitFor(() => publish("2"), { timeout: 30_000, interval: 200 });
    expect(await heard.until("2")).toEqual(["1", "2"]);
    expect(after.position).toEqual({ epoch: before.position?.epoch, offset: 2 });
    expect([first.gaps, second.gaps]).toEqual([[], []]);
    await vi.waitFor(() => expect(first.broker.health.state).toBe("ready"), 10_000);
  },
  installTimeoutMs,
);

/** A topic that another master holds than that of "here". */
async function topicElsewhere(keyPrefix: string): Promise<string> {
  const [owner] = await cluster.byOwnerOf(`${keyPrefix}topic:{here}:log`);
  for (const number of numbers(100)) {
    const [other] = await cluster.byOwnerOf(`${keyPrefix}topic:{${number}}:log`);
    if (other !== owner) return number;
  }
  throw new Error("every topic is on one master");
}
