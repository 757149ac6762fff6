import type { RedisBrokerOptions } from "@windlass/broker-redis";
import type { PresenceChange } from "@windlass/core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { installTimeoutMs } from "../support/debian-package.ts";
import { RedisCluster } from "../support/redis-cluster.ts";
import { openNode, type RedisNode } from "../support/redis-node.ts";
import { RedisProxies } from "../support/redis-proxies.ts";
import { RedisServer } from "../support/redis-server.ts";

/** Short times, so that the tests need not wait. */
const hasty = {
  commandTimeoutMs: 500,
  pingIntervalMs: 100,
  reconnectMaxDelayMs: 50,
  nodeTimeoutMs: 600,
} as const;
const patient = { timeout: 10_000, interval: 20 } as const;

let single: RedisServer;
let cluster: RedisCluster;
let lastPrefix = 0;

beforeAll(async () => {
  single = await RedisServer.start();
  cluster = await RedisCluster.start();
}, installTimeoutMs);

afterAll(async () => {
  await single.stop();
  await cluster.stop();
});

interface PresenceNode extends RedisNode {
  readonly proxies: RedisProxies;
  /** What its watcher of "room" was told, in short. */
  readonly told: string[];
}

/** A node of a presence store, with a watcher, and with a link that can be cut. */
async function node(
  server: RedisBrokerOptions,
  servers: readonly RedisServer[],
  name: string,
): Promise<PresenceNode> {
  const proxies = await RedisProxies.start(servers);
  const opened = await openNode({ ...hasty, ...server, mapAddress: proxies.mapAddress });
  const { presence } = opened.broker;
  onTestFinished(async () => {
    await presence.close();
    await opened.broker.close();
    await proxies.close();
  });
  await presence.open({ nodeId: name, log: opened.log });
  const told: string[] = [];
  const tell = ({ kind, memberId }: PresenceChange): void => void told.push(`${kind} ${memberId}`);
  await presence.watch("room", tell);
  return { ...opened, proxies, told };
}

describe.each(["a single server", "a cluster"])("on %s", (kind) => {
  const isCluster = kind === "a cluster";
  const servers = () => (isCluster ? cluster.servers : [single]);

  async function twoNodes(more: Partial<RedisBrokerOptions> = {}) {
    lastPrefix += 1;
    const where = isCluster ? { cluster: { urls: cluster.urls } } : { url: single.url };
    const options = { ...where, ...more, keyPrefix: `presence-${lastPrefix}:` };
    const first = await node(options as RedisBrokerOptions, servers(), `first-${lastPrefix}`);
    const second = await node(options as RedisBrokerOptions, servers(), `second-${lastPrefix}`);
    return { first, second };
  }

  const enter = ({ broker }: RedisNode, memberId: string) =>
    broker.presence.join("room", { connectionId: memberId, memberId, data: { name: memberId } });

  async function present({ broker }: RedisNode): Promise<string[]> {
    const members = await broker.presence.members("room");
    return members.map(({ memberId }) => memberId);
  }

  test("lets the connections of a node that is away for long leave, and come back with it", async () => {
    const { first, second } = await twoNodes();
    await enter(first, "anna");
    await enter(second, "ben");
    await vi.waitFor(() => expect(first.told).toEqual(["join anna", "join ben"]), patient);
    second.proxies.sever();
    const startedAtMs = performance.now();
    await vi.waitFor(() => expect(first.told.at(-1)).toBe("leave ben"), patient);
    expect(performance.now() - startedAtMs).toBeLessThan(hasty.nodeTimeoutMs * 4);
    expect(await present(first)).toEqual(["anna"]);
    second.proxies.heal();
    await vi.waitFor(() => expect(first.told.at(-1)).toBe("join ben"), patient);
    expect(await present(first)).toEqual(["anna", "ben"]);
    expect(first.told).toEqual(["join anna", "join ben", "leave ben", "join ben"]);
    // It is as alive as before.
    await second.broker.presence.leave("room", "ben");
    await vi.waitFor(() => expect(first.told.at(-1)).toBe("leave ben"), patient);
  });

  test("tells nobody of a cut that was short", async () => {
    const { first, second } = await twoNodes({ nodeTimeoutMs: 5_000 });
    await enter(second, "ben");
    await vi.waitFor(() => expect(first.told).toEqual(["join ben"]), patient);
    for (let round = 0; round < 3; round += 1) {
      second.proxies.sever();
      second.proxies.heal();
      await vi.waitFor(() => expect(second.broker.health.state).toBe("ready"), patient);
    }
    await enter(first, "end");
    await vi.waitFor(() => expect(second.told.at(-1)).toBe("join end"), patient);
    expect(first.told).toEqual(["join ben", "join end"]);
    expect(second.told).toEqual(["join ben", "join end"]);
  });

  test("tells a watcher the difference after a cut", async () => {
    const { first, second } = await twoNodes({ nodeTimeoutMs: 60_000 });
    for (const memberId of ["stays", "goes", "returns"]) await enter(first, memberId);
    await vi.waitFor(() => expect(second.told).toHaveLength(3), patient);
    second.proxies.sever();
    await first.broker.presence.leave("room", "goes");
    await first.broker.presence.leave("room", "returns");
    await enter(first, "comes");
    await enter(first, "returns");
    second.proxies.heal();
    await vi.waitFor(() => expect(second.told).toHaveLength(5), patient);
    await enter(first, "end");
    await vi.waitFor(() => expect(second.told.at(-1)).toBe("join end"), patient);
    expect(second.told.slice(3)).toEqual(["leave goes", "join comes", "join end"]);
  });

  test("makes up for a leave that was rejected", async () => {
    const { first, second } = await twoNodes({ nodeTimeoutMs: 60_000 });
    await enter(second, "ben");
    await enter(second, "carl");
    await vi.waitFor(() => expect(first.told).toHaveLength(2), patient);
    const rejected = { code: "ERR_BROKER_UNAVAILABLE" };
    second.proxies.sever();
    await vi.waitFor(() => expect(second.broker.health.state).toBe("connecting"), patient);
    await expect(second.broker.presence.leave("room", "ben")).rejects.toMatchObject(rejected);
    second.proxies.heal();
    await vi.waitFor(async () => expect(await present(first)).toEqual(["carl"]), patient);
    second.proxies.stall();
    await expect(enter(second, "dora")).rejects.toMatchObject(rejected);
    second.proxies.heal();
    await vi.waitFor(async () => expect(await present(first)).toEqual(["carl"]), patient);
    // Whether the join that was rejected had happened for a moment is not known.
    const told = first.told.filter((each) => !each.endsWith("dora"));
    expect(told).toEqual(["join ben", "join carl", "leave ben"]);
  });

  test("does not take nodes for dead that could not give a sign of life", async () => {
    const { first, second } = await twoNodes();
    await enter(first, "anna");
    await enter(second, "ben");
    await vi.waitFor(() => expect(first.told).toHaveLength(2), patient);
    // For the nodes it is the same as if Redis had been away.
    for (const { proxies } of [first, second]) proxies.sever();
    await vi.waitFor(() => expect(first.broker.health.state).toBe("connecting"), patient);
    await new Promise((resolve) => setTimeout(resolve, hasty.nodeTimeoutMs * 2));
    first.proxies.heal();
    await vi.waitFor(() => expect(first.broker.health.state).toBe("ready"), patient);
    second.proxies.heal();
    await vi.waitFor(() => expect(second.broker.health.state).toBe("ready"), patient);
    await enter(first, "end");
    await vi.waitFor(() => expect(second.told.at(-1)).toBe("join end"), patient);
    expect(first.told).toEqual(["join anna", "join ben", "join end"]);
  });

  test("does not let what a node has joined with since go with its former lease", async () => {
    const { first, second } = await twoNodes();
    await enter(second, "ben");
    await vi.waitFor(() => expect(first.told).toEqual(["join ben"]), patient);
    const alive = `presence-${lastPrefix}:{nodes}:alive`;
    const dead = `presence-${lastPrefix}:{nodes}:dead`;
    const [registry] = isCluster ? await cluster.byOwnerOf(alive) : [single];
    const leases = async (key: string) => (await registry?.cli("ZRANGE", key, "0", "-1")) ?? "";
    // As if another node had taken it for dead, and were about to clear away after it.
    const former = `second-${lastPrefix}/0`;
    await registry?.cli("ZREM", alive, former);
    await registry?.cli("ZADD", dead, String(Date.now()), former);
    await vi.waitFor(async () => expect(await leases(alive)).toContain("/1"), patient);
    await vi.waitFor(async () => expect(await leases(dead)).toBe(""), patient);
    await enter(first, "end");
    await vi.waitFor(() => expect(first.told).toContain("join end"), patient);
    expect(first.told).toEqual(["join ben", "join end"]);
    expect(await present(second)).toEqual(["ben", "end"]);
  });

  test("clears away after a node that has closed without a link", async () => {
    const { first, second } = await twoNodes();
    await enter(second, "ben");
    await vi.waitFor(() => expect(first.told).toEqual(["join ben"]), patient);
    second.proxies.sever();
    await vi.waitFor(() => expect(second.broker.health.state).toBe("connecting"), patient);
    await second.broker.presence.close();
    await vi.waitFor(() => expect(first.told).toEqual(["join ben", "leave ben"]), patient);
    await first.broker.presence.close();
    const keys = await Promise.all(
      servers().map((server) => server.cli("KEYS", `presence-${lastPrefix}:*`)),
    );
    expect(keys.join("")).toBe("");
  });

  test("shows and compares members by the thousand", async () => {
    const { first, second } = await twoNodes({ nodeTimeoutMs: 60_000, commandTimeoutMs: 5_000 });
    const ids = Array.from({ length: 1_200 }, (_, index) => `member ${index}`);
    await Promise.all(ids.map((id) => enter(first, id)));
    expect(await present(second)).toEqual(ids);
    expect(await second.broker.presence.count("room")).toEqual({
      members: 1_200,
      connections: 1_200,
    });
    await vi.waitFor(() => expect(second.told).toHaveLength(1_200), patient);
    second.proxies.sever();
    for (const id of ids.slice(0, 3)) await first.broker.presence.leave("room", id);
    second.proxies.heal();
    await vi.waitFor(() => expect(second.told).toHaveLength(1_203), patient);
    expect(second.told.slice(1_200)).toEqual(ids.slice(0, 3).map((id) => `leave ${id}`));
  });
});

test("is whole again after Redis has lost everything", async () => {
  const server = await RedisServer.start();
  onTestFinished(async () => server.stop());
  const first = await node({ url: server.url }, [server], "first");
  const second = await node({ url: server.url }, [server], "second");
  const join = ({ broker }: RedisNode, memberId: string) =>
    broker.presence.join("room", { connectionId: memberId, memberId });
  await join(first, "anna");
  await join(second, "ben");
  await vi.waitFor(() => expect(first.told).toHaveLength(2), patient);
  await server.kill();
  await server.restart();
  await vi.waitFor(async () => {
    const members = await first.broker.presence.members("room");
    expect(members.map(({ memberId }) => memberId).toSorted()).toEqual(["anna", "ben"]);
  }, patient);
  await join(second, "end");
  for (const { told } of [first, second]) {
    await vi.waitFor(() => expect(told).toContain("join end"), patient);
    // It may have been empty for a moment when a watcher looked again.
    const present = new Set<string>();
    for (const change of told) {
      const [kind = "", memberId = ""] = change.split(" ");
      expect(present.has(memberId)).toBe(kind === "leave");
      if (kind === "join") present.add(memberId);
      else present.delete(memberId);
    }
    expect([...present].toSorted()).toEqual(["anna", "ben", "end"]);
  }
});
