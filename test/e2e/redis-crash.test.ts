import { setTimeout as wait } from "node:timers/promises";
import type { Position } from "@windlass/core";
import { expect, onTestFinished, test, vi } from "vitest";
import { below, pick, seededRandom } from "../client/random.ts";
import { ChildProgram } from "../support/child-program.ts";
import { installTimeoutMs } from "../support/debian-package.ts";
import {
  crashTopicOf,
  crashTopics,
  crashTuning,
  keepAll,
  type PublisherLog,
  parsePublisherLog,
} from "../support/redis-crash.ts";
import { HeardPublications, openNode, type RedisNode } from "../support/redis-node.ts";
import { RedisServer } from "../support/redis-server.ts";

const { WINDLASS_TEST_LONG, WINDLASS_FUZZ_SEED } = process.env;
const isLong = WINDLASS_TEST_LONG !== undefined;
const rounds = isLong ? 50 : 6;
const seed = Number(WINDLASS_FUZZ_SEED ?? (isLong ? Date.now() % 1e6 : 20_261));

type Random = () => number;
type Victim = "publisher" | "Redis" | "both";

/** A publisher, and the one that takes its place when it is killed. */
class Publishers {
  readonly #url: string;
  readonly #random: Random;
  readonly #ended: PublisherLog[] = [];
  #program: ChildProgram;

  constructor(url: string, random: Random) {
    this.#url = url;
    this.#random = random;
    this.#program = this.#start();
    onTestFinished(async () => void (await this.#program.stop("SIGKILL")));
  }

  /** Of those that were killed. */
  get logs(): readonly PublisherLog[] {
    return this.#ended;
  }

  /** Resolves when it has been acknowledged something that it had not yet. */
  async goOn(): Promise<void> {
    const seen = parsePublisherLog(this.#program.stdout).acknowledged.length;
    await this.#program.find(new RegExp(`^ack ${seen + 1} `, "m"));
  }

  async kill(): Promise<void> {
    await this.#program.stop("SIGKILL");
    expect(this.#program.stderr).toBe("");
    this.#ended.push(parsePublisherLog(this.#program.stdout));
  }

  replace(): void {
    this.#program = this.#start();
  }

  #start(): ChildProgram {
    return new ChildProgram("test/support/redis-publisher-program.ts", {
      REDIS_URL: this.#url,
      PUBLISHER: String(this.#ended.length),
      SEED: String(below(this.#random, 1e9)),
    });
  }
}

/** A client that comes back after each crash, and asks for what it has missed. */
class RecoveringClient {
  readonly seen: string[] = [];
  readonly #topic: string;
  #position: Position | undefined;

  constructor(topic: string) {
    this.#topic = topic;
  }

  async recover({ broker }: RedisNode): Promise<void> {
    const since = this.#position;
    const query = since === undefined ? {} : { since };
    const page = await vi.waitFor(() => broker.history(this.#topic, query), 10_000);
    expect(page.gap).toBeUndefined();
    for (const { data, position } of page.publications) {
      this.seen.push(String(data));
      expect(position).toEqual({ epoch: page.position?.epoch, offset: this.seen.length });
    }
    expect(page.position?.offset ?? 0).toBe(this.seen.length);
    this.#position = page.position;
  }
}

/** Kills, in this order or another, and brings back what has to be there. */
async function crash(victim: Victim, publishers: Publishers, redis: RedisServer, random: Random) {
  const kills = [
    ...(victim === "Redis" ? [] : [() => publishers.kill()]),
    ...(victim === "publisher" ? [] : [() => redis.kill()]),
  ];
  if (below(random, 2) === 0) kills.reverse();
  for (const kill of kills) {
    await kill();
    await wait(random() * 5);
  }
  if (victim !== "publisher") await redis.restart();
  if (victim !== "Redis") publishers.replace();
}

test(
  `keeps every acknowledged publication over ${rounds} crashes (seed ${seed})`,
  async () => {
    const random = seededRandom(seed);
    const redis = await RedisServer.start({ isDurable: true });
    onTestFinished(async () => redis.stop());
    const node = await openNode({ url: redis.url, ...crashTuning });
    onTestFinished(async () => node.broker.close());
    const clients = crashTopics.map((topic) => new RecoveringClient(topic));
    const heard = crashTopics.map(() => new HeardPublications());
    for (const [index, topic] of crashTopics.entries()) {
      await node.broker.subscribe(topic, heard[index]?.listen ?? expect.fail());
    }
    const publishers = new Publishers(redis.url, random);
    for (let round = 0; round < rounds; round += 1) {
      await publishers.goOn();
      // Anywhere within a write, an answer or a delivery.
      await wait(random() * 60);
      await crash(pick(random, ["publisher", "Redis", "both"]), publishers, redis, random);
      for (const client of clients) await client.recover(node);
    }
    await publishers.goOn();
    await publishers.kill();
    await expectAllOnce(node, publishers.logs, clients);
    for (const [index, { seen }] of clients.entries()) {
      const listener = heard[index] ?? expect.fail();
      await listener.until(seen.at(-1) ?? "");
      expect(listener.texts).toEqual(seen);
    }
    expect(node.gaps).toEqual([]);
  },
  installTimeoutMs + rounds * 20_000,
);

async function expectAllOnce(
  node: RedisNode,
  logs: readonly PublisherLog[],
  clients: readonly RecoveringClient[],
): Promise<void> {
  // Those that a killed publisher could not know about are published again, as somebody does who cannot know.
  for (const { tried, acknowledged } of logs) {
    const known = new Set(acknowledged.map(({ data }) => data));
    for (const data of tried.filter((other) => !known.has(other))) {
      const policy = { history: keepAll, idempotency: { key: data, windowMs: 3_600_000 } };
      await node.broker.publish({ topic: crashTopicOf(data), data }, policy);
    }
  }
  for (const client of clients) await client.recover(node);
  const seen = clients.flatMap((client) => client.seen);
  expect(seen.toSorted()).toEqual(logs.flatMap(({ tried }) => tried).toSorted());
  for (const { acknowledged } of logs) {
    for (const { data, offset } of acknowledged) {
      const client = clients[crashTopics.indexOf(crashTopicOf(data))];
      expect(client?.seen[offset - 1]).toBe(data);
    }
    // Those of one publisher in the order in which it has published them.
    for (const topic of crashTopics) {
      const own = acknowledged.filter(({ data }) => crashTopicOf(data) === topic);
      const byOffset = own.toSorted((one, other) => one.offset - other.offset);
      const numbers = byOffset.map(({ data }) => Number(data.split("-")[1]));
      expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
    }
  }
  const total = logs.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  expect(total).toBeGreaterThan(rounds * 10);
}
