import { z } from "zod";
import type { ScenarioName } from "../contract/settings.ts";
import {
  generatorFields,
  hourMs,
  loopFields,
  maxConnections,
  messageFields,
  phaseFields,
  serverFields,
  targetFields,
} from "./common-fields.ts";
import { count, duration, fields, flag, frequency } from "./fields.ts";

const connections = (fallback: number) =>
  count({ max: maxConnections, fallback, description: "Connections in all" });

const connect = z.strictObject({
  connections: connections(1_000),
  hold: duration({
    min: 0,
    max: hourMs,
    fallback: "2s",
    description: "How long all connections are held idle before the server's memory is read",
  }),
  ...targetFields,
  ...generatorFields,
  ...serverFields,
});

const echo = z.strictObject({
  connections: connections(100),
  ...messageFields,
  ...loopFields,
  ...phaseFields("10s"),
  ...targetFields,
  ...generatorFields,
  ...serverFields,
});

const broadcast = z.strictObject({
  publishers: count({
    max: 100_000,
    fallback: 1,
    description: "Connections that send, spread evenly over the topics",
  }),
  subscribers: count({
    max: maxConnections,
    fallback: 1_000,
    description: "Connections that only receive, spread evenly over the topics",
  }),
  topics: count({
    max: 100_000,
    fallback: 1,
    description: "Groups that hear each other; {topic} in the URL stands for the number",
  }),
  publisherReceives: flag("The server sends a message to its publisher as well"),
  ...messageFields,
  ...loopFields,
  ...phaseFields("10s"),
  ...targetFields,
  ...generatorFields,
  ...serverFields,
});

const soak = z.strictObject({
  connections: connections(100),
  rate: frequency().default(1_000).register(fields, {
    kind: "number",
    placeholder: "<per second>",
    description: "Messages per second over all connections, sent when due",
  }),
  interval: duration({
    // Workers report four times a second, and a quarter of the duration must hold some reports.
    min: 500,
    max: hourMs,
    fallback: "5s",
    description: "Width of a point of the timeline; at most a quarter of the duration",
  }),
  ...messageFields,
  ...phaseFields("60s"),
  ...targetFields,
  ...generatorFields,
  ...serverFields,
});

const reconnect = z.strictObject({
  connections: connections(1_000),
  storms: count({
    max: 1_000,
    fallback: 3,
    description: "How often all clients drop and come back",
  }),
  jitter: duration({
    min: 0,
    max: hourMs,
    fallback: "0s",
    description: "Each client waits a random time up to this before it comes back",
  }),
  rest: duration({
    min: 0,
    max: hourMs,
    fallback: "2s",
    description: "Pause between storms, all connected",
  }),
  ...targetFields,
  ...generatorFields,
  ...serverFields,
});

/** What each scenario can be told, by its name. Defaults and ranges are here and nowhere else. */
export const scenarioSchemas = { connect, echo, broadcast, soak, reconnect } as const satisfies {
  readonly [Name in ScenarioName]: z.ZodObject;
};

/** The names of the scenarios, in the order of help texts. */
export const scenarioNames: readonly ScenarioName[] = [
  "connect",
  "echo",
  "broadcast",
  "soak",
  "reconnect",
];

/** Settings of a scenario as its schema leaves them: valid each, not yet in the shape of the contract. */
export type ParsedFields<Name extends ScenarioName> = z.output<(typeof scenarioSchemas)[Name]>;
