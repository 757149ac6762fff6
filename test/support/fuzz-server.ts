import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { App, type CloseEvent, type Component, type Connection, type Logger } from "@windlass/app";

// The server that fuzz tests talk to: a process of its own, so that its death is seen.

/** What the server tells a client that sends anything to `/control`. */
export interface FuzzReport {
  readonly opened: number;
  readonly closed: number;
  /** Connections of all fuzzed routes that are open now. */
  readonly open: number;
  readonly messages: number;
  readonly refused: number;
  /** Lines that were logged as errors: none is expected, whatever a client sends. */
  readonly errors: readonly string[];
  /** Callbacks that came in a wrong order. */
  readonly violations: readonly string[];
  readonly causes: Readonly<Record<string, number>>;
  /** After a garbage collection. */
  readonly heapBytes: number;
  readonly rssBytes: number;
}

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

let refused = 0;
const errors: string[] = [];
const log: Logger = {
  debug: () => {},
  info: () => {},
  warn: (_fields, message) => {
    if (message === "request refused") refused += 1;
  },
  error: (fields, message) => {
    errors.push(`${message}: ${String(fields["err"])}`);
  },
  child: () => log,
};

let opened = 0;
let closed = 0;
let messages = 0;
const violations: string[] = [];
const causes: Record<string, number> = {};
/** Connections between onOpen and onClose. */
const alive = new Set<Connection>();

/** Echoes, and checks the order of its callbacks. */
class Watched implements Component {
  onOpen(connection: Connection): void {
    opened += 1;
    if (alive.has(connection)) violations.push("onOpen twice");
    alive.add(connection);
  }

  onMessage(connection: Connection, message: Parameters<Component["onMessage"]>[1]): void {
    messages += 1;
    if (!alive.has(connection)) violations.push("onMessage of a connection that is not open");
    // Text that the engine let pass must be valid.
    if (!message.isBinary && message.text().includes("\uFFFD") && !isValid(message.bytes())) {
      violations.push("text that is not UTF-8");
    }
    connection.send(message);
  }

  onClose(connection: Connection, { cause }: CloseEvent): void {
    closed += 1;
    causes[cause] = (causes[cause] ?? 0) + 1;
    if (!alive.delete(connection)) violations.push("onClose of a connection that is not open");
  }
}

/** The same with an asynchronous callback. */
class WatchedAsync extends Watched {
  override async onMessage(
    connection: Connection,
    message: Parameters<Component["onMessage"]>[1],
  ): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    // A message may still be handled when its connection has closed meanwhile.
    messages += 1;
    connection.send(message);
  }
}

function isValid(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const app = new App("localhost", 0, "127.0.0.1", {
  logger: log,
  // Every refusal counts here.
  refusalLog: { burst: 1_000_000, perSecond: 1_000_000 },
});
const limits = { maxPayloadBytes: 4_096 };
const routes = [
  app.route("/fuzz", new Watched(), ["*"], limits),
  app.route("/zip", new Watched(), ["*"], { ...limits, compression: "shared" }),
  app.route("/async", new WatchedAsync(), ["*"], limits),
  app.route("/room/:name", new Watched(), ["localhost"], { ...limits, missingOrigin: "allow" }),
  app.route("/guarded", new Watched(), ["*"], {
    ...limits,
    authenticate: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return { userId: "fuzzer" };
    },
  }),
];
app.http("/page", async (request) => new Response(await request.text()));
app.route(
  "/control",
  {
    onMessage(connection) {
      collectGarbage();
      const { heapUsed, external, rss } = process.memoryUsage();
      const report: FuzzReport = {
        opened,
        closed,
        open: routes.reduce((sum, { connections }) => sum + connections.size, 0),
        messages,
        refused,
        errors: errors.slice(0, 10),
        violations: violations.slice(0, 10),
        causes,
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
