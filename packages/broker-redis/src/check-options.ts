import { systemClock } from "@windlass/core";
import { checkServers } from "./check-servers.ts";
import { optionError } from "./option-error.ts";
import type { RedisBrokerOptions } from "./options.ts";
import type { Settings } from "./settings.ts";

interface Range {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

const hourMs = 3_600_000;
const gibibyte = 1024 ** 3;

const ranges = {
  connectTimeoutMs: { min: 1, max: hourMs, default: 5_000 },
  commandTimeoutMs: { min: 10, max: hourMs, default: 3_000 },
  pingIntervalMs: { min: 1, max: hourMs, default: 3_000 },
  reconnectMaxDelayMs: { min: 1, max: hourMs, default: 5_000 },
  positionCheckMs: { min: 1, max: hourMs, default: 30_000 },
  nodeTimeoutMs: { min: 100, max: hourMs, default: 12_000 },
  maxCommandsInFlight: { min: 1, max: 1_000_000, default: 10_000 },
  maxBytesInFlight: { min: 1, max: gibibyte, default: 64 * 1024 * 1024 },
  maxHeldBytes: { min: 1, max: gibibyte, default: 64 * 1024 * 1024 },
} as const satisfies Record<string, Range>;

const names: ReadonlySet<string> = new Set([
  ...Object.keys(ranges),
  ...["url", "sentinel", "cluster", "keyPrefix", "tls", "mapAddress", "clock"],
]);

/** @throws WindlassError `ERR_OPTION_INVALID` */
export function checkOptions(options: RedisBrokerOptions): Settings {
  if (typeof options !== "object" || options === null) {
    throw optionError("options", "wanted an object with url, sentinel or cluster");
  }
  const unknown = Object.keys(options).find((name) => !names.has(name));
  if (unknown !== undefined) throw optionError(unknown, "there is no such option");
  const number = (name: keyof typeof ranges): number => {
    return checkNumber(name, options[name], ranges[name]);
  };
  return Object.freeze({
    ...checkServers(options),
    keyPrefix: checkPrefix(options.keyPrefix),
    connectTimeoutMs: number("connectTimeoutMs"),
    commandTimeoutMs: number("commandTimeoutMs"),
    pingIntervalMs: number("pingIntervalMs"),
    reconnectMaxDelayMs: number("reconnectMaxDelayMs"),
    positionCheckMs: number("positionCheckMs"),
    nodeTimeoutMs: number("nodeTimeoutMs"),
    maxCommandsInFlight: number("maxCommandsInFlight"),
    maxBytesInFlight: number("maxBytesInFlight"),
    maxHeldBytes: number("maxHeldBytes"),
    mapAddress: checkMapping(options.mapAddress),
    clock: options.clock ?? systemClock,
  });
}

function checkNumber(name: string, value: unknown, range: Range): number {
  if (value === undefined) return range.default;
  const { min, max } = range;
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  const seen = typeof value === "number" ? String(value) : typeof value;
  throw optionError(name, `wanted a whole number from ${min} to ${max}; seen ${seen}`);
}

function checkPrefix(value: unknown = "windlass:"): string {
  if (typeof value === "string" && !/[{}]/.test(value)) return value;
  // The first pair of braces of a key decides about its slot, and must be that of the topic.
  throw optionError("keyPrefix", "wanted a string without braces");
}

function checkMapping(value: RedisBrokerOptions["mapAddress"]): Settings["mapAddress"] {
  if (value === undefined) return (address) => address;
  if (typeof value === "function") return value;
  throw optionError("mapAddress", `wanted a function; seen ${typeof value}`);
}
