import type { ScenarioName } from "../contract/settings.ts";
import { isBuiltIn } from "./built-in-adapters.ts";
import type { ParsedFields } from "./scenario-schemas.ts";
import { hasTopicMark, isLoopback, topicMark } from "./target-url.ts";
import { formatDuration } from "./units.ts";

/** What is wrong between settings that are right each. */
interface Problem {
  /** Where it is told. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

type Check<Name extends ScenarioName> = (fields: ParsedFields<Name>) => readonly Problem[];
type Target = Pick<ParsedFields<"connect">, "url" | "iOwnThisServer" | "pid" | "spawn">;
type Messages = Pick<ParsedFields<"echo">, "inFlight" | "rate" | "messageBytes">;
type Broadcast = ParsedFields<"broadcast">;

/** Payloads waiting for their reply in all connections' common pool, so that it fits into memory. */
const maxBytesInFlight = 134_217_728;
/** Payloads name publisher and phase in two base 36 digits: 36 * 36 / 2. */
const maxPublishersPerTopic = 648;
/** Such a payload numbers its publisher and itself in full. */
const fullyNumberedBytes = 5;
/** Two digits for publisher and phase, one for the message. */
const fewestBytes = 3;
/** By its length in bytes, how many messages in flight a short payload can number. */
const shortMessages: Readonly<Record<number, number>> = { 1: 16, 2: 512 };
/** A drift compares the last quarter of a soak with the first one. */
const leastIntervals = 4;

function problem(name: string, isWrong: boolean, message: string): Problem[] {
  return isWrong ? [{ path: [name], message }] : [];
}

function target({ url, iOwnThisServer, pid, spawn }: Target): Problem[] {
  return [
    ...problem(
      "url",
      !iOwnThisServer && !isLoopback(new URL(url)),
      `expected a server on this machine (localhost, 127.0.0.0/8 or [::1]), because load on the server of somebody else is an attack; for one of your own add --i-own-this-server, in a settings file "iOwnThisServer": true; seen ${JSON.stringify(url)}`,
    ),
    ...problem(
      "spawn",
      pid !== undefined && spawn !== undefined,
      "expected either pid, of a server that runs, or spawn, for one to start; seen both",
    ),
  ];
}

function generator(connections: number, workers: number): Problem[] {
  const message = `expected no more workers than connections; seen ${workers} for ${connections}`;
  return problem("workers", workers > connections, message);
}

function messages({ inFlight, rate, messageBytes }: Messages): Problem[] {
  return [
    ...problem(
      "rate",
      inFlight !== undefined && rate !== undefined,
      `expected either inFlight (closed loop) or rate (open loop); seen both, ${inFlight} and ${rate}`,
    ),
    ...problem(
      "messageBytes",
      (inFlight ?? 1) * messageBytes > maxBytesInFlight,
      `expected at most 128m in flight per connection; seen ${inFlight} messages of ${messageBytes} bytes`,
    ),
    ...problem(
      "messageBytes",
      (inFlight ?? 1) > (shortMessages[messageBytes] ?? Number.POSITIVE_INFINITY),
      `expected at least 3, to number ${inFlight} messages in flight; seen ${messageBytes}`,
    ),
  ];
}

function topics(fields: Broadcast): Problem[] {
  const { adapter, messageBytes, publishers, subscribers, topics: count, url } = fields;
  const perTopic = Math.ceil(publishers / count);
  const isOneForEach = `expected at least one for each of ${count} topics`;
  return [
    ...problem("publishers", publishers < count, `${isOneForEach}; seen ${publishers}`),
    ...problem("subscribers", subscribers < count, `${isOneForEach}; seen ${subscribers}`),
    ...problem(
      "publishers",
      perTopic > maxPublishersPerTopic,
      `expected at most ${maxPublishersPerTopic} for each topic; seen ${perTopic}`,
    ),
    ...problem(
      "messageBytes",
      messageBytes < fewestBytes,
      `expected at least ${fewestBytes}, which name the publisher and a number; seen ${messageBytes}`,
    ),
    ...problem(
      "messageBytes",
      perTopic > 1 && messageBytes >= fewestBytes && messageBytes < fullyNumberedBytes,
      `expected at least ${fullyNumberedBytes}, to tell several publishers of a topic apart; seen ${messageBytes}`,
    ),
    ...problem(
      "topics",
      count > 1 && isBuiltIn(adapter) && !hasTopicMark(url) && !hasTopicMark(adapter),
      `expected ${topicMark} in the URL, such as ws://127.0.0.1:8080/rooms/${topicMark}, to tell ${count} topics apart; seen ${JSON.stringify(url)}`,
    ),
  ];
}

function drift({ duration, interval }: ParsedFields<"soak">): Problem[] {
  const wanted = `expected at most a quarter of the duration, which is ${formatDuration(duration)}`;
  const isWrong = duration < leastIntervals * interval;
  return problem("interval", isWrong, `${wanted}; seen ${formatDuration(interval)}`);
}

/** The cross checks of each scenario. */
export const crossChecks: { readonly [Name in ScenarioName]: Check<Name> } = {
  connect: (fields) => [...target(fields), ...generator(fields.connections, fields.workers)],
  echo: (fields) => [
    ...target(fields),
    ...generator(fields.connections, fields.workers),
    ...messages(fields),
  ],
  broadcast: (fields) => [
    ...target(fields),
    ...generator(fields.publishers + fields.subscribers, fields.workers),
    ...messages(fields),
    ...topics(fields),
  ],
  soak: (fields) => [
    ...target(fields),
    ...generator(fields.connections, fields.workers),
    ...drift(fields),
  ],
  reconnect: (fields) => [...target(fields), ...generator(fields.connections, fields.workers)],
};
