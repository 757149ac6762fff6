import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import { RedisServer, redisCli } from "./redis-server.ts";

const pollMs = 50;

/** A master, a replica, and one Sentinel that looks after them. */
export class RedisSentinelSet {
  static readonly masterName = "mymaster";
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly port: number;
  readonly #process: ChildProcess;

  private constructor(
    [master, replica]: readonly [RedisServer, RedisServer],
    port: number,
    process: ChildProcess,
  ) {
    this.master = master;
    this.replica = replica;
    this.port = port;
    this.#process = process;
  }

  static async start(): Promise<RedisSentinelSet> {
    const master = await RedisServer.start();
    const settings = ["--replicaof", "127.0.0.1", String(master.port)];
    const replica = await RedisServer.start({ settings });
    const port = await freePort();
    const file = join(master.folder, "sentinel.conf");
    const name = RedisSentinelSet.masterName;
    writeFileSync(
      file,
      `port ${port}
bind 127.0.0.1
sentinel monitor ${name} 127.0.0.1 ${master.port} 1
sentinel down-after-milliseconds ${name} 500
sentinel failover-timeout ${name} 3000
`,
    );
    const child = spawn("/usr/bin/redis-server", [file, "--sentinel"], { stdio: "ignore" });
    const set = new RedisSentinelSet([master, replica], port, child);
    await set.#settled();
    return set;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.#process, "close");
    this.#process.kill("SIGKILL");
    await closed;
    await Promise.all([this.master.stop(), this.replica.stop()]);
  }

  /** The Sentinel knows the replica, which has everything. */
  async #settled(): Promise<void> {
    const replicas = ["SENTINEL", "REPLICAS", RedisSentinelSet.masterName];
    for (;;) {
      const known = await redisCli("-p", String(this.port), ...replicas).catch(() => "");
      if (known.includes(String(this.replica.port)) && known.includes("master-link-status\nok"))
        return;
      await sleep(pollMs);
    }
  }
}
