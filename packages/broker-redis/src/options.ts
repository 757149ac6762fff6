import type { ConnectionOptions } from "node:tls";
import type { Clock } from "@windlass/core";
import type { RedisAddress } from "./link/address.ts";

/** A Redis whose master is named by Sentinel. */
export interface RedisSentinelOptions {
  /** The name that the Sentinels know the master by: `"mymaster"`. */
  readonly masterName: string;
  /**
   * The Sentinels, at least one: `"redis://10.0.0.1:26379"`, with a user and a password of the Sentinel if it
   * wants them. The master's are `username` and `password` beside this.
   */
  readonly urls: readonly string[];
  /** The user on the master and its replicas. Default: none. */
  readonly username?: string;
  /** The password on the master and its replicas. Default: none. */
  readonly password?: string;
  /** The number of the database. Default: 0. */
  readonly database?: number;
  /** Whether the master is spoken to by TLS. Default: false. */
  readonly hasTls?: boolean;
}

/** A Redis Cluster. */
export interface RedisClusterOptions {
  /**
   * Some of its nodes, at least one: `"redis://10.0.0.1:6379"`. The others are found through them. User,
   * password and whether to use TLS (`rediss:`) are those of the first one, for all nodes.
   */
  readonly urls: readonly string[];
}

/** Where Redis is: one of three. Redis 7.0 or later. */
export type RedisServerOptions =
  | {
      /** A single server: `"redis://user:password@10.0.0.1:6379/0"`; `rediss:` for TLS. */
      readonly url: string;
      readonly sentinel?: never;
      readonly cluster?: never;
    }
  | { readonly url?: never; readonly sentinel: RedisSentinelOptions; readonly cluster?: never }
  | { readonly url?: never; readonly sentinel?: never; readonly cluster: RedisClusterOptions };

/** How the broker behaves. Every time is in milliseconds, 1 to 3,600,000. */
export interface RedisTuningOptions {
  /** What all keys and channels begin with; apps that share a Redis have one each. Without braces. Default: `"windlass:"`. */
  readonly keyPrefix?: string;
  /** How long a connection may take until it is ready. Default: 5,000. */
  readonly connectTimeoutMs?: number;
  /**
   * How long an answer may take. Then the link is given up as broken: everything under way on it is
   * rejected, and it is replaced. At least 10. Default: 3,000.
   */
  readonly commandTimeoutMs?: number;
  /**
   * How often a link without other traffic is tried. One that was cut without a word is noticed after at
   * most this and `commandTimeoutMs`. Default: 3,000.
   */
  readonly pingIntervalMs?: number;
  /** How far apart attempts to connect again may grow; the first comes within 100 ms. Default: 5,000. */
  readonly reconnectMaxDelayMs?: number;
  /**
   * How often it is looked whether a topic's last publication was lost on the way, give or take a quarter.
   * Default: 30,000.
   */
  readonly positionCheckMs?: number;
  /**
   * After how long without a sign of life a node is taken for dead, so that its connections leave every
   * topic; they have left a quarter of that later. At least 100. Default: 12,000.
   */
  readonly nodeTimeoutMs?: number;
  /** How many commands may wait for their answer; more are rejected. 1 to 1,000,000. Default: 10,000. */
  readonly maxCommandsInFlight?: number;
  /** How many bytes of commands may wait for their answer; more are rejected. Default: 67,108,864 (64 MiB). */
  readonly maxBytesInFlight?: number;
  /**
   * How many bytes of publications may be held back, over all topics, while earlier ones are read from the
   * history. What has a history is read from there when it is more. Default: 67,108,864 (64 MiB).
   */
  readonly maxHeldBytes?: number;
  /** Details of TLS, for `rediss:` and `hasTls`: `ca`, `cert`, `key`, ... Default: those of Node. */
  readonly tls?: ConnectionOptions;
  /** Where a server is really reached that Sentinel or the cluster names, behind NAT. Default: where they say. */
  readonly mapAddress?: (address: RedisAddress) => RedisAddress;
  /** Where time comes from, for tests. Default: the clock of the machine. */
  readonly clock?: Clock;
}

/** Options of {@link RedisBroker}. */
export type RedisBrokerOptions = RedisServerOptions & RedisTuningOptions;
