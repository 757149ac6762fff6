import { connect, type ProtocolClient } from "@windlass/client";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { RawClient } from "../support/raw-client.ts";
import { RedisServer } from "../support/redis-server.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { type FeedNode, feedProtocol, startNode } from "../support/two-nodes.ts";

type FeedClient = ProtocolClient<typeof feedProtocol>;

async function startRedis(): Promise<RedisServer> {
  const redis = await RedisServer.start();
  onTestFinished(() => redis.stop());
  return redis;
}

async function open({ url }: FeedNode, user: string, token = ""): Promise<FeedClient> {
  const client = connect(feedProtocol, `${url}?user=${user}&token=${token}`, { WebSocket });
  onTestFinished(() => client.close());
  await client.opened();
  return client;
}

describe("users on two nodes", () => {
  it("are sent to, counted and sent away wherever they are", async () => {
    const redis = await startRedis();
    const [one, two] = [await startNode({ url: redis.url }), await startNode({ url: redis.url })];
    const heard: string[] = [];
    for (const [name, node] of Object.entries({ a: one, b: two, c: two })) {
      const client = await open(node, "anna");
      client.on("told", ({ text }) => heard.push(`${name} ${text}`));
    }
    const ben = await open(one, "ben");
    await two.feeds.sendToUser("anna", "told", { text: "hi" });
    await expect.poll(() => heard.toSorted()).toEqual(["a hi", "b hi", "c hi"]);
    expect(await one.app.users.count()).toEqual({ users: 2, connections: 4 });
    expect(await two.app.users.connections("anna")).toHaveLength(3);
    await one.app.users.disconnect("anna");
    await expect.poll(() => two.app.users.isOnline("anna")).toBe(false);
    expect(await one.app.users.isOnline("ben")).toBe(true);
    expect(ben.state).toBe("open");
  });

  it("have no more connections than they may, over both", async () => {
    const redis = await startRedis();
    const limits = { maxConnectionsPerUser: { max: 2, onExcess: "displace" } } as const;
    const [one, two] = [
      await startNode({ url: redis.url }, limits),
      await startNode({ url: redis.url }, limits),
    ];
    const first = await open(one, "anna");
    await open(two, "anna");
    await open(two, "anna");
    await expect.poll(() => first.state).toBe("closed");
    expect(await one.app.users.connections("anna")).toHaveLength(2);
  });

  it("lose what came with a revoked token within a second, on both", async () => {
    const redis = await startRedis();
    const [one, two] = [await startNode({ url: redis.url }), await startNode({ url: redis.url })];
    const clients = [await open(one, "anna", "t1"), await open(two, "anna", "t1")];
    const kept = await open(two, "anna", "t2");
    const before = performance.now();
    await one.app.users.revoke({ tokenId: "t1", untilMs: Date.now() + 60_000 });
    await expect
      .poll(() => clients.map(({ state }) => state), { interval: 10 })
      .toEqual(["closed", "closed"]);
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(kept.state).toBe("open");
    // A node that starts later has learned of it.
    const three = await startNode({ url: redis.url });
    const { port } = new URL(three.url);
    const headers = { "Sec-WebSocket-Protocol": "windlass.v1.json" };
    const refused = RawClient.open(Number(port), "/feeds?user=anna&token=t1", { headers });
    await expect(refused).rejects.toThrow("401");
  });
});

describe("a link between a node and Redis that is cut and stalled", () => {
  const isLong = process.env["WINDLASS_TEST_LONG"] !== undefined;
  const rounds = isLong ? 20 : 4;
  const topicCount = 20;
  const clientCount = isLong ? 200 : 40;

  it("costs no subscriber a publication, and none comes twice", { timeout: 240_000 }, async () => {
    const redis = await startRedis();
    const proxy = await TcpProxy.start(redis.port);
    onTestFinished(() => proxy.close());
    const quick = { commandTimeoutMs: 500, pingIntervalMs: 200, reconnectMaxDelayMs: 200 };
    const steady = await startNode({ url: redis.url, ...quick });
    const shaky = await startNode({ url: `redis://127.0.0.1:${proxy.port}`, ...quick });
    const readers: Reader[] = [];
    for (let index = 0; index < clientCount; index += 1) {
      const client = await open(index % 2 === 0 ? steady : shaky, `user${index}`);
      readers.push(await Reader.subscribe(client, [index % topicCount, (index + 7) % topicCount]));
    }
    const publisher = new Publisher(steady, topicCount);
    publisher.start();
    for (let round = 0; round < rounds; round += 1) {
      await publisher.until(publisher.count + 200);
      breakLink(proxy, round % 2 === 0);
      await publisher.until(publisher.count + 600);
      proxy.resume();
      await publisher.until(publisher.count + 600);
    }
    const acknowledged = await publisher.stop();
    for (const reader of readers) await reader.expectAll(acknowledged);
    const members = await shaky.feeds.presence("feed/:name", { name: "0" });
    expect(members).toHaveLength((clientCount / topicCount) * 2);
    expect(await steady.feeds.presence("feed/:name", { name: "0" })).toEqual(members);
  });
});

/** Cut: everything ends at once, and comes back to nothing. Stalled: nothing is heard any more. */
function breakLink(proxy: TcpProxy, isCut: boolean): void {
  proxy.admission = isCut ? "refuse" : "hang";
  if (isCut) proxy.cut();
  else proxy.stall();
}

/** A client, and what it has read of its topics. */
class Reader {
  readonly #numbers = new Map<number, number[]>();

  static async subscribe(client: FeedClient, topics: readonly number[]): Promise<Reader> {
    const reader = new Reader();
    for (const topic of topics) {
      const numbers: number[] = [];
      reader.#numbers.set(topic, numbers);
      const entry = ({ number }: { readonly number: number }): void => void numbers.push(number);
      await client.subscribe("feed/:name", { name: `${topic}` }, { entry }).ready;
    }
    return reader;
  }

  async expectAll(acknowledged: readonly (readonly number[])[]): Promise<void> {
    for (const [topic, numbers] of this.#numbers) {
      const wanted = acknowledged[topic] ?? [];
      await expect.poll(() => numbers.length, { timeout: 30_000 }).toBe(wanted.length);
      expect(numbers).toEqual(wanted);
    }
  }
}

/** Publishes about 2,000 entries a second to all topics, and keeps those that were acknowledged. */
class Publisher {
  readonly #node: FeedNode;
  readonly #topicCount: number;
  readonly #acknowledged: number[][];
  #timer: NodeJS.Timeout | undefined;
  #number = 0;
  readonly #pending = new Set<Promise<void>>();

  constructor(node: FeedNode, topicCount: number) {
    this.#node = node;
    this.#topicCount = topicCount;
    this.#acknowledged = Array.from({ length: topicCount }, () => []);
  }

  /** Publications so far. */
  get count(): number {
    return this.#number;
  }

  start(): void {
    this.#timer = setInterval(() => {
      for (let burst = 0; burst < 20; burst += 1) this.#publish();
    }, 10);
  }

  async until(count: number): Promise<void> {
    await expect.poll(() => this.#number >= count, { timeout: 30_000, interval: 5 }).toBe(true);
  }

  async stop(): Promise<readonly (readonly number[])[]> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
    return this.#acknowledged;
  }

  #publish(): void {
    this.#number += 1;
    const number = this.#number;
    const topic = number % this.#topicCount;
    const publishing = this.#node.feeds
      .publish("feed/:name", { name: `${topic}` }, "entry", { number })
      .then(() => void this.#acknowledged[topic]?.push(number));
    this.#pending.add(publishing);
    void publishing.finally(() => this.#pending.delete(publishing));
  }
}
