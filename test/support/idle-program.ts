import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { App, type CloseEvent, type Component, type Connection } from "@windlass/app";

/** What the program says when it is asked. */
export interface IdleReport {
  readonly open: number;
  readonly opens: number;
  readonly closes: number;
  /** Connections whose onClose ran more than once. */
  readonly closedTwice: number;
  readonly causes: Readonly<Record<string, number>>;
  /** After a garbage collection. */
  readonly rssBytes: number;
}

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

let opens = 0;
let closes = 0;
let closedTwice = 0;
const causes: Record<string, number> = {};

const idle: Component<{ isClosed: boolean }> = {
  onOpen(connection): void {
    opens += 1;
    connection.data = { isClosed: false };
    connection.subscribe("everybody");
  },
  onMessage(): void {},
  onClose(connection, { cause }: CloseEvent): void {
    if (connection.data.isClosed) closedTwice += 1;
    connection.data.isClosed = true;
    closes += 1;
    causes[cause] = (causes[cause] ?? 0) + 1;
    if (closes === expected?.closes) answer();
  },
};

/** Who waits for the end of so many connections. */
let expected: { readonly closes: number; readonly asker: Connection } | undefined;

function answer(): void {
  collectGarbage();
  const open = route.connections.size;
  const rssBytes = process.memoryUsage.rss();
  const report: IdleReport = { open, opens, closes, closedTwice, causes, rssBytes };
  expected?.asker.send(JSON.stringify(report));
}

const app = new App("localhost", 0, "127.0.0.1", { maxPendingHandshakes: 10_000 });
const route = app.route("/idle", idle, ["*"]);
/** The text is a number of closes: the report comes when there have been so many. */
app.route(
  "/report",
  {
    onMessage(asker, message): void {
      expected = { closes: Number(message.text()), asker };
      if (closes >= expected.closes) answer();
    },
  },
  ["*"],
);
await app.run();
