import { setTimeout as sleep } from "node:timers/promises";
import { RedisServer, redisCli } from "./redis-server.ts";

const pollMs = 50;
const masters = 3;

/** Three masters that share the slots, each with a replica or without. */
export class RedisCluster {
  readonly servers: readonly RedisServer[];

  private constructor(servers: readonly RedisServer[]) {
    this.servers = servers;
  }

  /** @param replicas of each master: 0 or 1 */
  static async start(replicas = 0): Promise<RedisCluster> {
    const servers: RedisServer[] = [];
    for (let index = 0; index < masters * (1 + replicas); index += 1) {
      servers.push(await RedisServer.start({ isClustered: true }));
    }
    const cluster = new RedisCluster(servers);
    try {
      const addresses = servers.map(({ port }) => `127.0.0.1:${port}`);
      const options = ["--cluster-replicas", String(replicas), "--cluster-yes"];
      await redisCli("--cluster", "create", ...addresses, ...options);
      await cluster.#settled();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get urls(): readonly string[] {
    return this.servers.map(({ url }) => url);
  }

  /** The servers: the one that holds the slot of a key first. */
  async byOwnerOf(key: string): Promise<readonly RedisServer[]> {
    const owned = await Promise.all(
      this.servers.map(async (server) => {
        const slot = Number(await server.cli("CLUSTER", "KEYSLOT", key));
        const shards = await server.cli("CLUSTER", "NODES");
        const own = shards.split("\n").find((line) => line.includes("myself")) ?? "";
        return own
          .split(" ")
          .slice(8)
          .some((range) => holds(range, slot));
      }),
    );
    const rank = (server: RedisServer) => (owned[this.servers.indexOf(server)] ? 0 : 1);
    return [...this.servers].sort((a, b) => rank(a) - rank(b));
  }

  /** Moves the slot of a key, with everything in it, as `redis-cli --cluster reshard` does. */
  async moveSlot(key: string): Promise<void> {
    const [from, to, third] = await this.byOwnerOf(key);
    if (from === undefined || to === undefined || third === undefined) throw new Error("no owner");
    const slot = await from.cli("CLUSTER", "KEYSLOT", key);
    const [fromId, toId] = [await from.cli("CLUSTER", "MYID"), await to.cli("CLUSTER", "MYID")];
    await to.cli("CLUSTER", "SETSLOT", slot, "IMPORTING", fromId);
    await from.cli("CLUSTER", "SETSLOT", slot, "MIGRATING", toId);
    for (;;) {
      const keys = (await from.cli("CLUSTER", "GETKEYSINSLOT", slot, "10")).split("\n");
      const found = keys.filter((each) => each !== "");
      if (found.length === 0) break;
      const target = ["127.0.0.1", String(to.port), "", "0", "5000"];
      await from.cli("MIGRATE", ...target, "KEYS", ...found);
    }
    for (const server of [to, from, third]) {
      await server.cli("CLUSTER", "SETSLOT", slot, "NODE", toId);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }

  async #settled(): Promise<void> {
    for (const server of this.servers) {
      while (!(await server.cli("CLUSTER", "INFO")).includes("cluster_state:ok")) {
        await sleep(pollMs);
      }
      while ((await server.cli("INFO", "replication")).includes("master_link_status:down")) {
        await sleep(pollMs);
      }
    }
  }
}

function holds(range: string, slot: number): boolean {
  const [from = Number.NaN, to = from] = range.split("-").map(Number);
  return from <= slot && slot <= to;
}
