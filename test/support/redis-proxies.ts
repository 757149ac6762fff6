import type { RedisAddress } from "@windlass/broker-redis";
import type { RedisServer } from "./redis-server.ts";
import { TcpProxy } from "./tcp-proxy.ts";

/** One proxy for each of some servers: the link of one node to all of them. */
export class RedisProxies {
  readonly #proxies: ReadonlyMap<number, TcpProxy>;

  private constructor(proxies: ReadonlyMap<number, TcpProxy>) {
    this.#proxies = proxies;
  }

  static async start(servers: readonly RedisServer[]): Promise<RedisProxies> {
    const proxies = new Map<number, TcpProxy>();
    for (const { port } of servers) proxies.set(port, await TcpProxy.start(port));
    return new RedisProxies(proxies);
  }

  get all(): readonly TcpProxy[] {
    return [...this.#proxies.values()];
  }

  /** Leads through the proxies; for the option `mapAddress`. */
  readonly mapAddress = ({ host, port }: RedisAddress): RedisAddress => {
    return { host, port: this.#proxies.get(port)?.port ?? port };
  };

  /** The node is cut off until {@link heal}. */
  sever(): void {
    for (const proxy of this.all) {
      proxy.admission = "refuse";
      proxy.cut();
    }
  }

  /** Everything the node and the servers send is held up, without a word, until {@link heal}. */
  stall(): void {
    for (const proxy of this.all) {
      proxy.admission = "hang";
      proxy.stall();
    }
  }

  heal(): void {
    for (const proxy of this.all) proxy.resume();
  }

  async close(): Promise<void> {
    for (const proxy of this.all) await proxy.close();
  }
}
