import type { Clock } from "@windlass/core";
import type { RedisAddress } from "./address.ts";
import type { Script } from "./script.ts";

/** What every connection goes by; the options of the broker, checked. */
export interface LinkSettings {
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly reconnectMaxDelayMs: number;
  readonly maxCommandsInFlight: number;
  readonly maxBytesInFlight: number;
  /** Passwords, which no message may show. */
  readonly secrets: readonly string[];
  /** Loaded on every new link. */
  readonly scripts: readonly Script[];
  /** Aborted when the links end: whatever is open, or about to be, is closed then. */
  readonly ending: AbortSignal;
  readonly mapAddress: (address: RedisAddress) => RedisAddress;
}
