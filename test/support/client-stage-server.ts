import { setTimeout as pause } from "node:timers/promises";
import {
  App,
  type Call,
  type Component,
  type Connection,
  EchoServer,
  type Message,
  ProtocolComponent,
  type Route,
} from "@windlass/app";
import { ProtocolError } from "@windlass/protocol";
import { type Manner, type StageProtocol, stageProtocol } from "../client/stage-protocol.ts";
import type { StageConnection, StageRecord } from "./client-stage-record.ts";
import type { MemoryLogger } from "./memory-logger.ts";

/** How long a handler takes that takes its time. */
const workMs = 5;
const dayMs = 86_400_000;

/** The server of a stage; it writes into the stage's record. */
export class StageServer {
  readonly fakeServer: FakeServer;
  readonly component: ProtocolComponent<StageProtocol>;
  readonly #app: App;
  readonly #echo: Route;

  constructor(record: StageRecord, logger: MemoryLogger) {
    this.#app = new App("", 0, "127.0.0.1", { logger });
    this.component = stageComponent(record);
    this.fakeServer = new FakeServer(record);
    const guarded = stageComponent(record, { isGuarded: true });
    const subprotocols = ["windlass.v1.json"];
    this.#app.route("/stage", this.component, ["*"], { missingOrigin: "allow" });
    this.#app.route("/tokens", guarded, ["*"], { missingOrigin: "allow" });
    this.#app.route("/fake", this.fakeServer, ["*"], { missingOrigin: "allow", subprotocols });
    this.#echo = this.#app.route("/echo", new EchoServer(), ["*"], { missingOrigin: "allow" });
  }

  /** The port. */
  async run(): Promise<number> {
    const { port } = await this.#app.run();
    return port;
  }

  /** Closes the connections that speak no protocol. */
  closeOthers(code: number): void {
    for (const connection of [...this.#echo.connections, ...this.fakeServer.connections]) {
      connection.close(code);
    }
  }

  async close(): Promise<void> {
    await this.#app.close({ graceMs: 2_000 });
  }
}

function stageComponent(
  record: StageRecord,
  { isGuarded = false } = {},
): ProtocolComponent<StageProtocol> {
  const nextMoment = ({ at, total }: { at: Date; total: bigint }) => ({
    at: new Date(at.getTime() + dayMs),
    total: total + 1n,
  });
  return new ProtocolComponent(stageProtocol, {
    handlers: {
      note: (_connection, { n, manner }, call) =>
        work(record, {
          manner,
          call,
          take: () => record.change(() => record.notes.push(n)),
        }),
      async count(_connection, { n, manner }, call) {
        await work(record, {
          manner,
          call,
          take: () => record.change(() => record.counts.push(n)),
        });
        return n;
      },
      double(_connection, data) {
        record.track(data);
        return 2 * data.n;
      },
      never(_connection, data, call) {
        record.track(data);
        return neverUnlessAborted(record, call);
      },
      fail(_connection, { how }) {
        if (how === "unexpected") throw new Error("the handler of a test failed, as it should");
        throw new ProtocolError("room-full", "This room has no place left.", { places: 20 });
      },
      moment: (_connection, moment) => nextMoment(moment),
      say: (connection, { text }) => void connection.send("said", { text }),
    },
    topics: {
      "room/:name": { authorize: () => true },
      "feed/:name": { authorize: () => true, publish: () => true },
      "hall/:name": {
        authorize: () => true,
        member: ({ handshake }) => ({ nick: handshake.query.get("nick") ?? "nobody" }),
      },
    },
    ...(isGuarded && {
      authenticate: (token: string | undefined) => {
        record.change(() => record.tokens.push(token ?? null));
        return userOf(token);
      },
    }),
    // The failure of a test is no line in the log, where every error is a surprise.
    onHandlerError: () => {},
    onOpen: async (connection) => {
      record.change(() => opened(record, connection));
      // The server subscribes these by itself, before they can ask.
      const feed = connection.handshake.query.get("feed");
      if (feed !== null) await connection.subscribe("feed/:name", { name: feed });
    },
    onClose: (connection, { code }) =>
      record.change(() => {
        record.connections.delete(connection);
        record.closed.push(code);
      }),
  });
}

function opened(record: StageRecord, connection: StageConnection): void {
  record.connections.add(connection);
  record.opened += 1;
}

/** `good` is a token for ever, `good:500` one for 500 ms; all others are refused. */
function userOf(token: string | undefined): { userId: string; expiresAtMs?: number } | null {
  const [word, lifetimeMs] = (token ?? "").split(":");
  if (word !== "good") return null;
  return {
    userId: "7",
    ...(lifetimeMs !== undefined && { expiresAtMs: Date.now() + Number(lifetimeMs) }),
  };
}

interface Work {
  readonly manner: Manner;
  readonly call: Call<StageProtocol>;
  readonly take: () => void;
}

function work(record: StageRecord, { manner, call, take }: Work): Promise<void> | void {
  if (manner === "second-time" && record.isFirst(`${call.name} ${call.id}`)) {
    return neverUnlessAborted(record, call);
  }
  if (manner === "sync" || manner === "second-time") return take();
  const signal = manner === "cancellable" ? call.signal : undefined;
  return pause(workMs, undefined, { ...(signal && { signal }) }).then(take);
}

function neverUnlessAborted(record: StageRecord, call: Call<StageProtocol>): Promise<never> {
  record.change(() => {
    record.waiting += 1;
  });
  return new Promise((_resolve, reject) => {
    call.signal.addEventListener("abort", () => {
      record.change(() => {
        record.waiting -= 1;
        record.givenUp += 1;
      });
      reject(call.signal.reason);
    });
  });
}

/** Greets as a server does and answers pings; all else is said and read by the test. */
class FakeServer implements Component {
  readonly connections = new Set<Connection>();
  readonly #record: StageRecord;

  constructor(record: StageRecord) {
    this.#record = record;
  }

  onOpen(connection: Connection): void {
    this.#record.change(() => this.connections.add(connection));
  }

  onMessage(connection: Connection, message: Message): void {
    const text = message.text();
    const { type } = JSON.parse(text);
    if (type === "hello") connection.send('{"type":"welcome","connection":"fake","resumed":false}');
    if (type === "ping") connection.send('{"type":"pong"}');
    this.#record.change(() => this.#record.fakeReceived.push(text));
  }

  onClose(connection: Connection): void {
    this.#record.change(() => this.connections.delete(connection));
  }
}
