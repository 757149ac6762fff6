import { BenchError } from "@windlass/bench";

/** What a measurement is asked for. */
export interface PushOptions {
  /** Signed requests per second. */
  readonly rate: number;
  /** How long each of the two measurements takes, in seconds, after its warm-up. */
  readonly seconds: number;
  /** HTTP connections, which carry one request at a time. */
  readonly connections: number;
  /** WebSocket clients that echo. */
  readonly sockets: number;
}

export const defaultOptions: PushOptions = {
  rate: 5_000,
  seconds: 10,
  connections: 50,
  sockets: 100,
};

const largest: PushOptions = { rate: 100_000, seconds: 3_600, connections: 1_000, sockets: 1_000 };

/** Reads the text of one option. @throws BenchError for anything but a whole number in its range */
export function parseOption(name: keyof PushOptions, text: string): number {
  const value = Number(text);
  const most = largest[name];
  if (text.trim() !== "" && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new BenchError(`--${name}: expected a whole number from 1 to ${most}; seen "${text}".`);
}

/** @throws BenchError for options that do not go together */
export function checkOptions({ rate, connections }: PushOptions): void {
  if (connections <= rate) return;
  throw new BenchError(
    `--connections: expected at most as many as --rate, which is ${rate}, because the server closes HTTP connections that idle; seen ${connections}.`,
  );
}
