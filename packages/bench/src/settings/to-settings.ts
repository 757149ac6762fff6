import type {
  BenchSettings,
  CommonSettings,
  MessageSettings,
  ScenarioName,
} from "../contract/settings.ts";
import type { ParsedFields } from "./scenario-schemas.ts";

type SettingsOf<Name extends ScenarioName> = Extract<BenchSettings, { scenario: Name }>;
type Phases = Pick<ParsedFields<"echo">, "warmup" | "duration" | "drain">;

/** Scenarios that end by themselves have no phases of load. */
const noPhases: Phases = { warmup: 0, duration: 0, drain: 0 };

function common(
  fields: Omit<ParsedFields<"connect">, "connections" | "hold">,
  connections: number,
  phases: Phases,
): CommonSettings {
  const { connectTimeout, origin, pid, spawn, url } = fields;
  const { headers, handshake, subprotocols, adapter, insecure, iOwnThisServer } = fields;
  const { concurrency, workers } = fields;
  return {
    ...{ url, headers, handshake, subprotocols, adapter, insecure, iOwnThisServer },
    ...(origin !== undefined && { origin }),
    ...{ connections, concurrency, workers },
    warmupMs: phases.warmup,
    durationMs: phases.duration,
    drainMs: phases.drain,
    connectTimeoutMs: connectTimeout,
    ...(pid !== undefined && { pid }),
    ...(spawn !== undefined && { spawn }),
  };
}

/** Without a rate the loop is closed, with one message in flight unless told otherwise. */
function messages(
  fields: Pick<ParsedFields<"echo">, "messageBytes" | "format" | "inFlight" | "rate">,
): MessageSettings {
  const { messageBytes, format, inFlight = 1, rate } = fields;
  return { messageBytes, format, ...(rate === undefined ? { inFlight } : { rate }) };
}

/** Brings parsed settings into the shape of the contract, where names carry their unit. */
export const toSettings: {
  readonly [Name in ScenarioName]: (fields: ParsedFields<Name>) => SettingsOf<Name>;
} = {
  connect: (fields) => ({
    scenario: "connect",
    ...common(fields, fields.connections, noPhases),
    holdMs: fields.hold,
  }),
  echo: (fields) => ({
    scenario: "echo",
    ...common(fields, fields.connections, fields),
    ...messages(fields),
  }),
  broadcast: (fields) => {
    const { publishers, subscribers, topics, publisherReceives } = fields;
    return {
      scenario: "broadcast",
      ...common(fields, publishers + subscribers, fields),
      ...messages(fields),
      ...{ topics, publishers, subscribers, publisherReceives },
    };
  },
  soak: (fields) => ({
    scenario: "soak",
    ...common(fields, fields.connections, fields),
    messageBytes: fields.messageBytes,
    format: fields.format,
    rate: fields.rate,
    intervalMs: fields.interval,
  }),
  reconnect: (fields) => ({
    scenario: "reconnect",
    ...common(fields, fields.connections, noPhases),
    storms: fields.storms,
    jitterMs: fields.jitter,
    restMs: fields.rest,
  }),
};
