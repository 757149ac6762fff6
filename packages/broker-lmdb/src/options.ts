import { type Clock, systemClock, WindlassError } from "@windlass/core";

/** How to make an `LmdbBroker`. */
export interface LmdbBrokerOptions {
  /**
   * Folder of the store. It is made when it does not exist; otherwise it must be empty or hold a store. A
   * disk of this machine, not one over the network.
   */
  readonly path: string;
  /**
   * How many bytes the records of the store may take, 1 MiB to 1 TiB; with more, publications to topics
   * with history are refused. The file may become a quarter larger, and never shrinks. Default: 4 GiB.
   */
  readonly maxBytes?: number;
  /**
   * How many bytes of publications may wait for the disk, 64 KiB to 4 GiB; with more, publications to
   * topics with history are refused. Default: 64 MiB.
   */
  readonly maxWaitingBytes?: number;
  /**
   * How many idempotency keys of topics with history are remembered, 1 to 100,000,000; each takes about
   * 200 bytes of the store. With more, those whose window ends first are forgotten too early, which is
   * logged as a warning: a repeated publication may be published again then. Default: 1,000,000.
   */
  readonly maxIdempotencyKeys?: number;
  /** How often what has expired is removed, in milliseconds, 10 to 3,600,000. Default: 1,000. */
  readonly sweepIntervalMs?: number;
  /**
   * Whether every page of the file is looked at before it is used, some seconds for each GiB, so that a
   * damaged file is refused with an error instead of ending the process later. Default: true.
   */
  readonly isCheckedOnOpen?: boolean;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
}

/** Options with all defaults. */
export type ParsedOptions = Required<LmdbBrokerOptions>;

type NumberOption = "maxBytes" | "maxWaitingBytes" | "maxIdempotencyKeys" | "sweepIntervalMs";

const ranges: Readonly<
  Record<NumberOption, readonly [min: number, max: number, byDefault: number]>
> = {
  maxBytes: [1_048_576, 1_099_511_627_776, 4_294_967_296],
  maxWaitingBytes: [65_536, 4_294_967_296, 67_108_864],
  maxIdempotencyKeys: [1, 100_000_000, 1_000_000],
  sweepIntervalMs: [10, 3_600_000, 1_000],
};

/** @throws WindlassError `ERR_OPTION_INVALID` */
export function parseOptions(options: LmdbBrokerOptions): ParsedOptions {
  const { path, isCheckedOnOpen = true, clock = systemClock } = options;
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw invalid("path", `it is ${JSON.stringify(path)}, and must be the path of a folder`);
  }
  return {
    path,
    maxBytes: numberOf(options, "maxBytes"),
    maxWaitingBytes: numberOf(options, "maxWaitingBytes"),
    maxIdempotencyKeys: numberOf(options, "maxIdempotencyKeys"),
    sweepIntervalMs: numberOf(options, "sweepIntervalMs"),
    isCheckedOnOpen,
    clock,
  };
}

function numberOf(options: LmdbBrokerOptions, name: NumberOption): number {
  const [min, max, byDefault] = ranges[name];
  return checkNumber(name, options[name] ?? byDefault, min, max);
}

/** @throws WindlassError `ERR_OPTION_INVALID` when it is no whole number from `min` to `max`. */
export function checkNumber(name: string, value: number, min: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw invalid(name, `it is ${value}, and must be a whole number from ${min} to ${max}`);
}

export function invalid(option: string, problem: string): WindlassError {
  return new WindlassError("ERR_OPTION_INVALID", { option, problem });
}
