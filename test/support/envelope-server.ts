import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { App, type Logger, ProtocolComponent } from "@windlass/app";
import { defineProtocol, request } from "@windlass/protocol";
import { z } from "zod";

// The server that gets hostile envelopes: a process of its own, so that its death is seen.

/** What `/control` tells. */
export interface EnvelopeReport {
  /** Handlers that were called. */
  readonly handled: number;
  /** Handlers that were called with data that their schema refuses. */
  readonly wrong: readonly string[];
  readonly violations: number;
  readonly running: number;
  readonly connections: number;
  readonly errors: readonly string[];
  /** After a garbage collection. */
  readonly heapBytes: number;
  readonly rssBytes: number;
}

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const errors: string[] = [];
const log: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (fields, message) => void errors.push(`${message}: ${String(fields["err"])}`),
  child: () => log,
};

const protocol = defineProtocol({
  client: {
    say: z.object({ text: z.string().max(20) }),
    count: request(z.object({}), z.number()),
  },
  topics: { "room/:name": { events: {} } },
});

let handled = 0;
const wrong: string[] = [];
const handlers = {
  say(_from: unknown, data: { readonly text: string }): void {
    handled += 1;
    const isRight =
      Object.keys(data).join() === "text" &&
      typeof data.text === "string" &&
      data.text.length <= 20 &&
      !data.text.includes("must never arrive") &&
      Object.getPrototypeOf(data) === Object.prototype;
    if (!isRight) wrong.push(JSON.stringify(data).slice(0, 200));
  },
  count: () => handled,
};
const patient = new ProtocolComponent(protocol, {
  handlers,
  violations: { max: 1_000_000, windowMs: 1 },
});
const strict = new ProtocolComponent(protocol, { handlers });

const app = new App("localhost", 0, "127.0.0.1", { logger: log });
const limits = { maxPayloadBytes: 4_096 };
app.route("/patient", patient, ["*"], limits);
app.route("/strict", strict, ["*"], limits);
app.route(
  "/control",
  {
    onMessage(connection) {
      collectGarbage();
      const { heapUsed, external, rss } = process.memoryUsage();
      const report: EnvelopeReport = {
        handled,
        wrong: wrong.slice(0, 10),
        violations: patient.stats.violations,
        running: patient.stats.running,
        connections: patient.stats.connections + strict.stats.connections,
        errors: errors.slice(0, 10),
        heapBytes: heapUsed + external,
        rssBytes: rss,
      };
      connection.send(JSON.stringify(report));
    },
  },
  ["*"],
);
const { port } = await app.run();
process.stdout.write(`port ${port}\n`);
