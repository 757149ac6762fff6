import { RedisBroker, type RedisServerOptions } from "@windlass/broker-redis";
import type { PresenceStore } from "@windlass/core";
import { describeBroker, describeHistory, describePresence } from "@windlass/core/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { installTimeoutMs } from "../support/debian-package.ts";
import { RedisCluster } from "../support/redis-cluster.ts";
import { RedisProxies } from "../support/redis-proxies.ts";
import { RedisServer } from "../support/redis-server.ts";

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

const runner = { describe, it };
/** Short enough for the suites, which wait 4 seconds for a dead node's connections to leave. */
const nodeTimeoutMs = 1_000;
let lastPrefix = 0;

/** A broker's prefix, and its link. */
interface Origin {
  readonly broker: RedisBroker;
  readonly prefix: string;
  readonly proxies: RedisProxies;
}

const origins = new Map<RedisBroker | PresenceStore, Origin>();

afterAll(async () => {
  for (const { broker, proxies } of new Set(origins.values())) {
    // Those that were killed are open still.
    await broker.presence.close();
    await broker.close();
    await proxies.close();
  }
});

/** One kind of Redis, each broker with a prefix of its own, as the suites want a store of its own. */
function describeAll(
  name: string,
  options: () => RedisServerOptions,
  servers: () => readonly RedisServer[],
) {
  const make = async (keyPrefix: string): Promise<RedisBroker> => {
    const proxies = await RedisProxies.start(servers());
    const { mapAddress } = proxies;
    const broker = new RedisBroker({ ...options(), keyPrefix, nodeTimeoutMs, mapAddress });
    const origin = { broker, prefix: keyPrefix, proxies };
    origins.set(broker, origin).set(broker.presence, origin);
    return broker;
  };
  const create = (): Promise<RedisBroker> => {
    lastPrefix += 1;
    return make(`test-${lastPrefix}:`);
  };
  const another = (first: RedisBroker | PresenceStore) => make(origins.get(first)?.prefix ?? "");
  /** Keys in Redis, without the list of nodes, which is there as long as a node is. */
  const leftovers = async (node: RedisBroker | PresenceStore): Promise<number> => {
    const prefix = origins.get(node)?.prefix ?? "";
    const counts = await Promise.all(
      servers().map(async (server) => {
        const keys = (await server.cli("KEYS", `${prefix}*`)).split("\n");
        return keys.filter((key) => key !== "" && key !== `${prefix}{nodes}:alive`).length;
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  };
  describeBroker<RedisBroker>(name, create, runner, { join: another });
  describeHistory<RedisBroker>(name, create, runner, {
    join: another,
    leftovers,
    reopen: another,
  });
  describePresence(name, async () => (await create()).presence, runner, {
    join: async (first) => (await another(first)).presence,
    kill: (node) => origins.get(node)?.proxies.sever(),
    leftovers,
  });
}

describeAll(
  "RedisBroker on a single server",
  () => ({ url: single.url }),
  () => [single],
);
describeAll(
  "RedisBroker on a cluster",
  () => ({ cluster: { urls: cluster.urls } }),
  () => cluster.servers,
);
