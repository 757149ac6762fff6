import type { LatencyPair } from "./latencies.ts";
import type { PushOptions } from "./push-options.ts";
import { subscribersPerTopic } from "./push-scene.ts";
import type { PushFigures } from "./push-tally.ts";

/** What is needed of a report of windlass-bench on the sockets. */
export interface EchoReport {
  readonly latency?: LatencyPair;
  /** Missing where the system does not tell. */
  readonly server?: { readonly cpuShare: number };
  readonly generator: { readonly cpuShare: number };
  readonly failures: readonly string[];
}

/** What was seen: the same sockets without and with requests beside them. */
export interface PushRuns {
  readonly options: PushOptions;
  readonly quiet: EchoReport;
  readonly loaded: EchoReport;
  readonly push: PushFigures;
  /** Publications that subscribers received. */
  readonly received: number;
}

/** What came out. */
export interface PushResult {
  readonly options: PushOptions;
  /** Of the server, with the deliveries; `undefined` where the system does not tell. */
  readonly cpuMicrosecondsPerRequest: number | undefined;
  readonly push: PushFigures;
  readonly quietEcho: LatencyPair | undefined;
  readonly loadedEcho: LatencyPair | undefined;
  readonly received: number;
  /** One for each subscriber of an accepted publication. */
  readonly wanted: number;
  /** CPU seconds per second of all that made the load. */
  readonly generatorShare: number;
  /** Sentences: what went wrong. Empty means that every request was answered 200, and all arrived. */
  readonly failures: readonly string[];
}

export function resultOf({ options, quiet, loaded, push, received }: PushRuns): PushResult {
  const wanted = push.accepted * subscribersPerTopic;
  return {
    options,
    cpuMicrosecondsPerRequest: cpuOf(quiet, loaded, push.answeredPerSecond),
    push,
    quietEcho: quiet.latency,
    loadedEcho: loaded.latency,
    received,
    wanted,
    generatorShare: loaded.generator.cpuShare,
    failures: [
      ...push.failures,
      ...quiet.failures.map((failure) => `echo without push: ${failure}`),
      ...loaded.failures.map((failure) => `echo with push: ${failure}`),
      ...(received === wanted
        ? []
        : [`${wanted} publications were to be delivered, and ${received} came`]),
    ],
  };
}

/** What the server used in addition to what the echoes alone cost it, by the request. */
function cpuOf(
  quiet: EchoReport,
  loaded: EchoReport,
  answeredPerSecond: number,
): number | undefined {
  if (quiet.server === undefined || loaded.server === undefined) return undefined;
  if (answeredPerSecond === 0) return undefined;
  return ((loaded.server.cpuShare - quiet.server.cpuShare) / answeredPerSecond) * 1e6;
}
