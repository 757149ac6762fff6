import type { ConnectionOptions } from "node:tls";

/** Where a server listens. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** How to be let in. */
export interface Entrance {
  readonly username?: string;
  readonly password?: string;
  /** Default: 0. */
  readonly database?: number;
  /** Default: no TLS. */
  readonly tls?: ConnectionOptions;
}

/** `host:port`, as cluster nodes name each other. */
export function formatAddress({ host, port }: RedisAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
