import type { Clock } from "@windlass/core";
import type { Entrance, RedisAddress } from "./link/address.ts";
import type { SentinelNode } from "./link/sentinel.ts";

/** Where Redis is. */
export type Servers =
  | { readonly kind: "single"; readonly address: RedisAddress; readonly entrance: Entrance }
  | {
      readonly kind: "sentinel";
      readonly masterName: string;
      readonly sentinels: readonly SentinelNode[];
      readonly entrance: Entrance;
    }
  | {
      readonly kind: "cluster";
      readonly seeds: readonly RedisAddress[];
      readonly entrance: Entrance;
    };

/** The options, checked and complete. */
export interface Settings {
  readonly servers: Servers;
  /** Names the servers in messages; without user and password. */
  readonly label: string;
  readonly secrets: readonly string[];
  readonly keyPrefix: string;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly reconnectMaxDelayMs: number;
  readonly positionCheckMs: number;
  readonly nodeTimeoutMs: number;
  readonly maxCommandsInFlight: number;
  readonly maxBytesInFlight: number;
  readonly maxHeldBytes: number;
  readonly mapAddress: (address: RedisAddress) => RedisAddress;
  readonly clock: Clock;
}
