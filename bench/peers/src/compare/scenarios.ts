import type { BenchSettings } from "@windlass/bench";
import { peerOrigin } from "../servers/origin.ts";
import { adapter } from "../servers/windlass-typed-adapter.ts";

/** What a scenario is about: the figure that is compared first. */
export type MainFigure = "cpuSecondsPerMillion" | "rssPerConnectionBytes";

/** How long and how much; `--quick` has less of both. */
export interface Extent {
  readonly warmupMs: number;
  readonly durationMs: number;
  /** Handshakes of scenario `connect`, after as many that do not count. */
  readonly handshakes: number;
  /** Connections of the memory scenarios. */
  readonly held: number;
  /** Rounds of the memory scenarios, where a measurement takes long. Default: as many as of the others. */
  readonly memoryRounds?: number;
  /** How long they are held before memory is read. */
  readonly holdMs: number;
}

/** The JIT compilers need about a second until a server costs what it will cost from then on. */
export const fullExtent: Extent = {
  warmupMs: 1_000,
  durationMs: 1_600,
  handshakes: 8_000,
  held: 10_000,
  holdMs: 2_500,
};
/** Servers stay up for all rounds of a scenario, so that only the first round is not quite warm. */
export const quickExtent: Extent = {
  warmupMs: 350,
  durationMs: 400,
  handshakes: 3_000,
  held: 10_000,
  memoryRounds: 1,
  holdMs: 400,
};

export interface PeerScenario {
  readonly name: string;
  /** A sentence for the page, with what one message is. */
  readonly description: string;
  readonly mainFigure: MainFigure;
  /** What is counted: CPU seconds per million of these are CPU microseconds per one of these. */
  readonly unit: "message" | "delivery" | "connection";
  readonly path: PeerPath;
  /** Memory is read from a process that has done nothing else. */
  readonly needsFreshServer: boolean;
  /** The work of one measurement; `warmUp` comes first and does not count. */
  settings(target: Target, extent: Extent): BenchSettings;
  warmUp?(target: Target, extent: Extent): BenchSettings;
}

/** What a server does with messages: send them back, or to all others. */
export type PeerPath = "/echo" | "/room";

/** One server that listens. */
export interface Target {
  readonly url: string;
  readonly adapter: string;
  /** Offered in the handshake. */
  readonly subprotocols: readonly string[];
  readonly pid: number;
}

function common({ url, adapter, subprotocols, pid }: Target, extent: Extent) {
  return {
    url,
    adapter,
    subprotocols,
    pid,
    origin: peerOrigin,
    headers: {},
    handshake: "minimal" as const,
    insecure: false,
    iOwnThisServer: false,
    concurrency: 50,
    workers: 1,
    warmupMs: extent.warmupMs,
    durationMs: extent.durationMs,
    drainMs: 5_000,
    connectTimeoutMs: 20_000,
  };
}

interface EchoShape {
  readonly size: string;
  readonly messageBytes: number;
  readonly format: "text" | "binary";
  readonly inFlight: number;
}

function echo({ size, messageBytes, format, inFlight }: EchoShape): PeerScenario {
  const pipelining = inFlight === 1 ? "one message in flight each" : `${inFlight} in flight each`;
  return {
    name: `echo-${size}-${inFlight}`,
    description: `100 connections send ${messageBytes} bytes of ${format} and get them back, ${pipelining}.`,
    mainFigure: "cpuSecondsPerMillion",
    unit: "message",
    path: "/echo",
    needsFreshServer: false,
    settings: (target, extent) => ({
      ...common(target, extent),
      scenario: "echo",
      connections: 100,
      messageBytes,
      format,
      inFlight,
    }),
  };
}

/** By which the address of the typed adapter's module is known. */
const typedAdapterName = "windlass-typed-adapter";

/** Text in the first of three fields. */
const fieldsTextBytes = 20;

/** What a typed request has around its text: a server that only passes bytes on gets as many. */
const fieldsEnvelopeBytes = adapter
  .request("text", 0)
  .reduce((sum, { before, after }) => sum + before.length + after.length, 0);

function echoFields(inFlight: number): PeerScenario {
  const bytes = fieldsTextBytes + fieldsEnvelopeBytes;
  const plain = echo({ size: "fields", messageBytes: bytes, format: "text", inFlight });
  const typed = echo({ size: "fields", messageBytes: fieldsTextBytes, format: "text", inFlight });
  return {
    ...plain,
    description: `${plain.description.replace(/,[^,]*$/, "")}, ${inFlight} in flight each. To the typed server they are a request with three fields, which it parses, validates, and answers with the same fields; the others pass them on.`,
    settings: (target, extent) =>
      (target.adapter.includes(typedAdapterName) ? typed : plain).settings(target, extent),
  };
}

/** One room, in which publishers do not get their own words. */
function room(
  publishers: number,
  subscribers: number,
): Pick<PeerScenario, "mainFigure" | "unit" | "path" | "needsFreshServer" | "settings"> {
  return {
    mainFigure: "cpuSecondsPerMillion",
    unit: "delivery",
    path: "/room",
    needsFreshServer: false,
    settings: (target, extent) => ({
      ...common(target, extent),
      scenario: "broadcast",
      connections: publishers + subscribers,
      topics: 1,
      publishers,
      subscribers,
      publisherReceives: false,
      messageBytes: 64,
      format: "text",
      inFlight: 16,
    }),
  };
}

const broadcast: PeerScenario = {
  name: "broadcast-1000",
  description:
    "One publisher sends 64 bytes of text to 1,000 subscribers, 16 publications in flight; a message is one delivery.",
  ...room(1, 1_000),
};

/** The same work for servers that keep publications, or send them between nodes. */
const kept: PeerScenario = {
  name: "publish-kept-100",
  description:
    "Four publishers send 64 bytes of text to 100 subscribers, 16 publications in flight each; a message is one delivery, so that the publications are a hundredth of them. Some servers keep each publication, or send it over a Redis of their own, whose CPU time counts with theirs.",
  ...room(4, 100),
};

function connecting(
  handshake: "minimal" | "browser",
  sizeOf: (extent: Extent) => { readonly connections: number; readonly holdMs: number },
): PeerScenario["settings"] {
  return (target, extent) => ({
    ...common(target, extent),
    scenario: "connect",
    handshake,
    ...sizeOf(extent),
  });
}

const connect: PeerScenario = {
  name: "connect",
  description:
    "Handshakes with the twelve headers of a browser, among them Origin, 50 at a time; a message is one accepted connection.",
  mainFigure: "cpuSecondsPerMillion",
  unit: "connection",
  path: "/echo",
  needsFreshServer: false,
  settings: connecting("browser", ({ handshakes }) => ({ connections: handshakes, holdMs: 0 })),
  warmUp: connecting("browser", ({ handshakes }) => ({ connections: handshakes, holdMs: 0 })),
};

/** What is set up once, at the first handshakes, is not the memory of a connection. */
const firstHandshakes = 100;

function memory(handshake: "minimal" | "browser", name: string, headers: string): PeerScenario {
  return {
    name,
    description: `Idle connections are held after a handshake with ${headers}; memory is what the process grew by per connection.`,
    mainFigure: "rssPerConnectionBytes",
    unit: "connection",
    path: "/echo",
    needsFreshServer: true,
    settings: connecting(handshake, ({ held, holdMs }) => ({ connections: held, holdMs })),
    warmUp: connecting(handshake, () => ({ connections: firstHandshakes, holdMs: 0 })),
  };
}

export const scenarios: readonly PeerScenario[] = [
  echo({ size: "20", messageBytes: 20, format: "text", inFlight: 1 }),
  echo({ size: "20", messageBytes: 20, format: "text", inFlight: 16 }),
  echoFields(1),
  echoFields(16),
  echo({ size: "1k", messageBytes: 1_024, format: "text", inFlight: 1 }),
  echo({ size: "1k", messageBytes: 1_024, format: "text", inFlight: 16 }),
  echo({ size: "16k-binary", messageBytes: 16_384, format: "binary", inFlight: 1 }),
  echo({ size: "16k-binary", messageBytes: 16_384, format: "binary", inFlight: 16 }),
  broadcast,
  kept,
  connect,
  memory("minimal", "memory-bare", "the headers of RFC 6455 and Origin only"),
  memory("browser", "memory-browser", "the twelve headers of a browser"),
];

/** About what one measurement takes: its phases, and starting, connecting and draining. */
export function expectedSeconds(scenario: PeerScenario, extent: Extent): number {
  const { warmupMs, durationMs, handshakes, held, holdMs } = extent;
  if (scenario.needsFreshServer) return 1.5 + held / 4_000 + holdMs / 1_000;
  if (scenario.warmUp !== undefined) return 0.7 + (1.5 * handshakes) / 3_000;
  return 0.6 + (warmupMs + durationMs) / 1_000;
}
