import type { ConnectionOptions } from "node:tls";
import { type Entrance, formatAddress, type RedisAddress } from "./link/address.ts";
import { optionError } from "./option-error.ts";
import type { RedisBrokerOptions, RedisClusterOptions, RedisSentinelOptions } from "./options.ts";
import type { Servers, Settings } from "./settings.ts";

type Checked = Pick<Settings, "servers" | "label" | "secrets">;

interface Place {
  readonly address: RedisAddress;
  readonly entrance: Entrance;
}

const defaultPort = 6379;
const defaultSentinelPort = 26_379;

/** @throws WindlassError `ERR_OPTION_INVALID` */
export function checkServers({ url, sentinel, cluster, tls }: RedisBrokerOptions): Checked {
  const given = [url, sentinel, cluster].filter((option) => option !== undefined);
  if (given.length !== 1) {
    throw optionError("url", "wanted exactly one of url, sentinel and cluster");
  }
  if (tls !== undefined && (typeof tls !== "object" || tls === null)) {
    throw optionError("tls", "wanted an object");
  }
  if (sentinel !== undefined) return checkSentinel(sentinel, tls);
  if (cluster !== undefined) return checkCluster(cluster, tls);
  const { address, entrance } = readUrl("url", url, defaultPort, tls);
  const servers: Servers = { kind: "single", address, entrance };
  return describe(servers, [address], [entrance]);
}

function checkSentinel(options: RedisSentinelOptions, tls: ConnectionOptions | undefined): Checked {
  const { masterName, username, password, database = 0, hasTls = false } = options;
  if (typeof masterName !== "string" || masterName === "") {
    throw optionError("sentinel.masterName", 'wanted a name such as "mymaster"');
  }
  const sentinels = readUrls("sentinel.urls", options.urls, defaultSentinelPort, tls);
  const entrance: Entrance = {
    ...checkText("sentinel.username", "username", username),
    ...checkText("sentinel.password", "password", password),
    ...checkDatabase("sentinel.database", database),
    ...(hasTls && { tls: tls ?? {} }),
  };
  const servers: Servers = { kind: "sentinel", masterName, sentinels, entrance };
  const places = sentinels.map(({ address }) => address);
  return describe(servers, places, [entrance, ...sentinels.map((each) => each.entrance)]);
}

function checkCluster({ urls }: RedisClusterOptions, tls: ConnectionOptions | undefined): Checked {
  const nodes = readUrls("cluster.urls", urls, defaultPort, tls);
  const seeds = nodes.map(({ address }) => address);
  const entrance = nodes[0]?.entrance ?? {};
  if (entrance.database !== undefined) {
    throw optionError("cluster.urls", "a cluster has no numbered databases");
  }
  return describe({ kind: "cluster", seeds, entrance }, seeds, [entrance]);
}

function readUrls(
  name: string,
  urls: unknown,
  port: number,
  tls: ConnectionOptions | undefined,
): readonly [Place, ...Place[]] {
  const [first, ...rest]: readonly unknown[] = Array.isArray(urls) ? urls : [];
  if (first === undefined) throw optionError(name, "wanted an array of at least one URL");
  const read = (url: unknown, index: number) => readUrl(`${name}[${index}]`, url, port, tls);
  return [read(first, 0), ...rest.map((url, index) => read(url, index + 1))];
}

/** A URL is not shown when it is wrong: it may hold a password. */
function readUrl(
  name: string,
  text: unknown,
  port: number,
  tls: ConnectionOptions | undefined,
): Place {
  const url = typeof text === "string" && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === "") {
    throw optionError(
      name,
      "wanted a URL such as redis://user:password@host:6379 or rediss://host",
    );
  }
  const database = Number(url.pathname.slice(1));
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    address: { host, port: url.port === "" ? port : Number(url.port) },
    entrance: {
      ...checkText(name, "username", decode(name, url.username) || undefined),
      ...checkText(name, "password", decode(name, url.password) || undefined),
      ...checkDatabase(name, database),
      ...(url.protocol === "rediss:" && { tls: tls ?? {} }),
    },
  };
}

function decode(name: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw optionError(name, "user and password must be percent-encoded");
  }
}

function checkText<Key extends string>(name: string, key: Key, value: unknown) {
  if (value === undefined) return {};
  if (typeof value !== "string") throw optionError(name, `wanted a string; seen ${typeof value}`);
  return { [key]: value };
}

function checkDatabase(name: string, database: number): Pick<Entrance, "database"> {
  if (!Number.isInteger(database) || database < 0) {
    throw optionError(name, "the database is a whole number: redis://host/0");
  }
  return database === 0 ? {} : { database };
}

function describe(
  servers: Servers,
  places: readonly RedisAddress[],
  entrances: readonly Entrance[],
): Checked {
  const kind = servers.kind === "single" ? "" : `${servers.kind} `;
  return {
    servers,
    label: `${kind}redis://${places.map(formatAddress).join(",")}`,
    secrets: entrances.flatMap(({ password }) => (password ? [password] : [])),
  };
}
