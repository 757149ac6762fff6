import { setTimeout as wait } from "node:timers/promises";
import type { RedisBrokerOptions } from "@windlass/broker-redis";
import type { PresenceChange } from "@windlass/core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { below, pick, seededRandom } from "../client/random.ts";
import { CountingClock } from "../support/counting-clock.ts";
import { installTimeoutMs } from "../support/debian-package.ts";
import { RedisCluster } from "../support/redis-cluster.ts";
import { HeardPublications, openNode, type RedisNode } from "../support/redis-node.ts";
import { RedisProxies } from "../support/redis-proxies.ts";
import { RedisServer } from "../support/redis-server.ts";

const { WINDLASS_TEST_LONG, WINDLASS_FUZZ_SEED } = process.env;
const isLong = WINDLASS_TEST_LONG !== undefined;
const rounds = isLong ? 20 : 5;
const seed = Number(WINDLASS_FUZZ_SEED ?? (isLong ? Date.now() % 1e6 : 20_262));
const topics = Array.from({ length: 20 }, (_, index) => `topic ${index}`);
const history = { size: 100_000, ttlMs: 3_600_000, positionTtlMs: 3_600_000 };
/** Per second, of both nodes together. */
const rate = 2_000;
const tickMs = 10;

type Random = () => number;

/** Publishes at a steady rate, and repeats what was rejected before anything else goes to the same topic. */
class Publisher {
  readonly acknowledged = new Map<string, string[]>();
  readonly #node: RedisNode;
  readonly #name: string;
  #number = 0;
  rejected = 0;

  constructor(node: RedisNode, name: string) {
    this.#node = node;
    this.#name = name;
  }

  async run(untilStopped: AbortSignal): Promise<void> {
    await Promise.all(topics.map((topic) => this.#runTopic(topic, untilStopped)));
  }

  async #runTopic(topic: string, untilStopped: AbortSignal): Promise<void> {
    const perMs = rate / 2 / topics.length / 1_000;
    const startedAtMs = performance.now();
    for (let published = 0; !untilStopped.aborted; ) {
      // What a cut has held up is made up for.
      for (; published < (performance.now() - startedAtMs) * perMs; published += 1) {
        this.#number += 1;
        await this.#publish(topic, `${this.#name} ${this.#number}`);
      }
      await wait(tickMs);
    }
  }

  async #publish(topic: string, data: string): Promise<void> {
    const { broker } = this.#node;
    const policy = { history, idempotency: { key: data, windowMs: 3_600_000 } };
    for (;;) {
      try {
        await broker.publish({ topic, data }, policy);
        break;
      } catch (error) {
        expect(error).toMatchObject({ code: "ERR_BROKER_UNAVAILABLE" });
        this.rejected += 1;
        await wait(tickMs);
      }
    }
    const own = this.acknowledged.get(topic) ?? [];
    this.acknowledged.set(topic, own);
    own.push(data);
  }
}

/** Connections of a node that come and go, also while there is no link. */
class Visitors {
  readonly #node: RedisNode;
  readonly #name: string;
  readonly #random: Random;
  /** As the application has it. */
  readonly present = new Set<string>();

  constructor(node: RedisNode, name: string, random: Random) {
    this.#node = node;
    this.#name = name;
    this.#random = random;
  }

  async run(untilStopped: AbortSignal): Promise<void> {
    const { presence } = this.#node.broker;
    while (!untilStopped.aborted) {
      const memberId = `${this.#name} ${below(this.#random, 10)}`;
      const connectionId = memberId;
      if (this.present.has(memberId)) {
        this.present.delete(memberId);
        await presence.leave("room", connectionId).catch(() => {});
      } else {
        const outcome = await presence
          .join("room", { connectionId, memberId })
          .catch(() => ({ isAdmitted: false }));
        if (outcome.isAdmitted) this.present.add(memberId);
      }
      await wait(tickMs);
    }
  }
}

/** Who is in the room for all that a watcher was told. */
class Watcher {
  readonly present = new Set<string>();
  readonly mistakes: string[] = [];

  readonly watch = ({ kind, memberId }: PresenceChange): void => {
    if (this.present.has(memberId) === (kind === "join")) this.mistakes.push(`${kind} ${memberId}`);
    if (kind === "join") this.present.add(memberId);
    else this.present.delete(memberId);
  };
}

interface LinkedNode extends RedisNode {
  readonly heard: ReadonlyMap<string, HeardPublications>;
  readonly watcher: Watcher;
}

async function linkedNode(options: RedisBrokerOptions, name: string): Promise<LinkedNode> {
  const node = await openNode(options);
  await node.broker.presence.open({ nodeId: name, log: node.log });
  const heard = new Map<string, HeardPublications>();
  for (const topic of topics) {
    const listener = new HeardPublications();
    heard.set(topic, listener);
    await node.broker.subscribe(topic, listener.listen);
  }
  const watcher = new Watcher();
  await node.broker.presence.watch("room", watcher.watch);
  return { ...node, heard, watcher };
}

/** Cuts or stalls the link for a while. */
async function disturb(proxies: RedisProxies, random: Random): Promise<void> {
  const kinds = ["sever", "reset", "stall", "half", "middle"] as const;
  const kind = pick(random, kinds);
  for (const proxy of proxies.all) {
    if (kind === "half") proxy.halfOpen("client");
    if (kind === "middle") proxy.cutAfter({ direction: "toClient", bytes: below(random, 5_000) });
    if (kind === "reset") proxy.cut();
  }
  if (kind === "sever") proxies.sever();
  if (kind === "stall") proxies.stall();
  await wait(50 + below(random, 400));
  proxies.heal();
}

let single: RedisServer;
let cluster: RedisCluster;

beforeAll(async () => {
  single = await RedisServer.start();
  cluster = await RedisCluster.start();
}, installTimeoutMs);

afterAll(async () => {
  await single.stop();
  await cluster.stop();
});

describe.each(["a single server", "a cluster"])(`two nodes on %s (seed ${seed})`, (kind) => {
  const isCluster = kind === "a cluster";

  test(
    `hear everything once and in order when the link of one is cut ${rounds} times`,
    async () => {
      const random = seededRandom(seed);
      const proxies = await RedisProxies.start(isCluster ? cluster.servers : [single]);
      const { mapAddress } = proxies;
      const servers = isCluster ? { cluster: { urls: cluster.urls } } : { url: single.url };
      const clock = new CountingClock();
      const tuning = {
        clock,
        keyPrefix: `link-${kind.length}:`,
        commandTimeoutMs: 400,
        pingIntervalMs: 100,
        reconnectMaxDelayMs: 100,
        nodeTimeoutMs: 60_000,
      };
      const options = { ...servers, ...tuning } as RedisBrokerOptions;
      const near = await linkedNode({ ...options, mapAddress }, "near");
      const far = await linkedNode({ ...options, commandTimeoutMs: 5_000 }, "far");
      const nodes = [near, far];
      onTestFinished(async () => {
        for (const { broker } of nodes) {
          await broker.presence.close();
          await broker.close();
        }
        await proxies.close();
      });
      const publishers = [new Publisher(near, "near"), new Publisher(far, "far")];
      const visitors = [new Visitors(near, "near", random), new Visitors(far, "far", random)];
      const stop = new AbortController();
      const running = [...publishers, ...visitors].map((each) => each.run(stop.signal));
      for (let round = 0; round < rounds; round += 1) {
        await wait(300 + below(random, 300));
        await disturb(proxies, random);
        await vi.waitFor(() => expect(near.broker.health.state).toBe("ready"), 20_000);
      }
      stop.abort();
      await Promise.all(running);
      await expectEverythingOnce(nodes, publishers);
      await expectSamePresence(nodes, visitors);
      expect(nodes.map(({ gaps }) => gaps)).toEqual([[], []]);
      expect(publishers[0]?.rejected).toBeGreaterThan(0);
      await expectNothingLeft(nodes, proxies);
      expect(clock.timers).toBe(0);
    },
    installTimeoutMs,
  );
});

async function expectEverythingOnce(
  nodes: readonly LinkedNode[],
  publishers: readonly Publisher[],
): Promise<void> {
  for (const topic of topics) {
    const acknowledged = publishers.map((each) => each.acknowledged.get(topic) ?? []);
    const { publications } = (await nodes[1]?.broker.history(topic)) ?? expect.fail();
    const kept = publications.map(({ data }) => String(data));
    expect(kept.toSorted()).toEqual(acknowledged.flat().toSorted());
    for (const own of acknowledged) {
      expect(kept.filter((data) => own.includes(data))).toEqual(own);
    }
    for (const { heard } of nodes) {
      const listener = heard.get(topic) ?? expect.fail();
      await vi.waitFor(() => expect(listener.all).toHaveLength(kept.length), 20_000);
      expect(listener.texts).toEqual(kept);
    }
  }
}

async function expectSamePresence(
  nodes: readonly LinkedNode[],
  visitors: readonly Visitors[],
): Promise<void> {
  const wanted = visitors.flatMap(({ present }) => [...present]).toSorted();
  for (const { broker, watcher } of nodes) {
    await vi.waitFor(async () => {
      const members = await broker.presence.members("room");
      expect(members.map(({ memberId }) => memberId).toSorted()).toEqual(wanted);
      expect([...watcher.present].toSorted()).toEqual(wanted);
    }, 20_000);
    expect(watcher.mistakes).toEqual([]);
  }
}

async function expectNothingLeft(
  nodes: readonly LinkedNode[],
  proxies: RedisProxies,
): Promise<void> {
  for (const { broker } of nodes) {
    await broker.presence.close();
    await broker.close();
  }
  for (const proxy of proxies.all) await proxy.until(({ open }) => open === 0);
  const servers = cluster === undefined ? [single] : [single, ...cluster.servers];
  for (const server of servers) {
    await vi.waitFor(async () => {
      expect(await server.cli("PUBSUB", "SHARDCHANNELS")).toBe("");
      const clients = (await server.cli("CLIENT", "LIST")).split("\n");
      expect(clients.filter((line) => line.includes("name=windlass"))).toEqual([]);
    });
  }
}
