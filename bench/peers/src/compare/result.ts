import type { MainFigure } from "./scenarios.ts";
import type { Spread } from "./statistics.ts";

/** What one measurement says. */
export interface RoundFigures {
  readonly round: number;
  /** Replies (deliveries, handshakes) per second. */
  readonly messagesPerSecond: number;
  /** Of the server, per million replies (deliveries, handshakes). */
  readonly cpuSecondsPerMillion: number;
  /** Of replies; of handshakes where there are no messages. */
  readonly p50Us: number;
  readonly p99Us: number;
  /** Growth of resident memory per connection; memory scenarios only. */
  readonly rssPerConnectionBytes?: number;
  /** Replies wanted: requests, publishes times subscribers, or handshakes begun. */
  readonly requests: number;
  readonly replies: number;
  /** The generator was the limit: CPU per message holds, throughput and latency are the generator's. */
  readonly isGeneratorBound: boolean;
}

/** The figures that have a median and a spread. */
export type FigureName =
  | "messagesPerSecond"
  | "cpuSecondsPerMillion"
  | "p50Us"
  | "p99Us"
  | "rssPerConnectionBytes";

/** One server in one scenario: medians over the rounds. */
export interface ServerResult {
  readonly messagesPerSecond: number;
  readonly cpuSecondsPerMillion: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly rssPerConnectionBytes?: number;
  /** Sums over the rounds; equal, unless `failures` says why not. */
  readonly requests: number;
  readonly replies: number;
  /** Median of the rounds' ratios of the scenario's main figure; null without raw uWebSockets.js. */
  readonly ratioToRaw: number | null;
  readonly spread: Readonly<Partial<Record<FigureName | "ratioToRaw", Spread>>>;
  readonly isGeneratorBound: boolean;
  readonly rounds: readonly RoundFigures[];
}

export interface ScenarioResult {
  readonly description: string;
  readonly mainFigure: MainFigure;
  /** What a message is in this scenario. */
  readonly unit: string;
  readonly servers: Readonly<Record<string, ServerResult>>;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** In GiB, rounded. */
  readonly memory: string;
  readonly kernel: string;
}

/** What `--json` writes. */
export interface Comparison {
  /** ISO 8601. */
  readonly startedAt: string;
  /** Repeats this comparison. */
  readonly command: string;
  readonly machine: Machine;
  /** Package or runtime, and its version. */
  readonly versions: Readonly<Record<string, string>>;
  readonly quick: boolean;
  readonly rounds: number;
  /** What differs from the method on this machine: no pinning, no Bun. Sentences. */
  readonly notes: readonly string[];
  /** Sentences; not empty makes the exit status 1. */
  readonly failures: readonly string[];
  readonly scenarios: Readonly<Record<string, ScenarioResult>>;
}
