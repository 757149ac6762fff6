// What each layer between the engine and a component costs per message, in nanoseconds: the native socket is
// a stand-in that does nothing, so that only our own code is measured. `pnpm bench:layers` runs it;
// docs/internals/performance.md says what came out.

import { bench, do_not_optimize, run, summary } from "mitata";
import { ReceivedMessage } from "../src/contract/received-message.ts";
import type { Dispatcher, Logger, Message, SocketRoute } from "../src/index.ts";
import { type Component, type Connection, createDispatcher } from "../src/index.ts";
import { createInMemoryHandshake } from "../src/testing/index.ts";
import { createBehavior } from "../src/uws/behavior.ts";
import type { Native, NativeSocket } from "../src/uws/native.ts";
import { RouteRuntime } from "../src/uws/route-runtime.ts";
import { UwsConnection } from "../src/uws/uws-connection.ts";

type OnMessage = (socket: NativeSocket, payload: ArrayBuffer, isBinary: boolean) => void;

const quiet: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => quiet,
  isLevelEnabled: () => false,
};
const echo: Component = { onMessage: (connection, message) => void connection.send(message) };
const silent: Component = { onMessage() {} };

/** A component right behind the connection, without any layer. */
function bare(component: Component): Dispatcher {
  const connections = new Set<Connection>();
  return {
    connections,
    opened: (connection) => void connections.add(connection),
    received: (connection, message) => void component.onMessage(connection, message),
    drained() {},
    closed: (connection) => void connections.delete(connection),
    settled: () => Promise.resolve(),
  };
}

/** The engine's message event of a route with this dispatcher, and a socket to call it with. */
function route(dispatcher: Dispatcher): { onMessage: OnMessage; socket: NativeSocket } {
  const policy: SocketRoute["policy"] = {
    maxPayloadBytes: 1_048_576,
    maxBackpressureBytes: 1_048_576,
    slowConsumer: "close",
    heartbeatTimeoutMs: 60_000,
    compression: "off",
    compressionThresholdBytes: 1_024,
  };
  const guard = { check: () => ({ accepted: true }) as const };
  const node = { id: "node", nextSerial: () => 1, log: quiet, deferred: undefined };
  const socketRoute: SocketRoute = {
    pattern: "/",
    guard,
    verifyUpgrade: guard,
    dispatcher,
    policy,
    chooseSubprotocol: () => "",
  };
  const runtime = new RouteRuntime(socketRoute, node, 0);
  const connection = new UwsConnection(runtime, createInMemoryHandshake(), undefined);
  const socket = { connection, send: nativeSend, getBufferedAmount: () => 0 };
  const native = socket as unknown as NativeSocket;
  connection.attach(native);
  connection.opened();
  const behavior = createBehavior({} as Native, policy, () => {}, undefined);
  return { onMessage: behavior.message as OnMessage, socket: native };
}

function nativeSend(payload: ArrayBuffer, isBinary: boolean): number {
  do_not_optimize(payload);
  do_not_optimize(isBinary);
  return 1;
}

function measure(name: string, dispatcher: Dispatcher): void {
  const { onMessage, socket } = route(dispatcher);
  bench(name, () => onMessage(socket, small, false));
}

const bytes = (size: number): ArrayBuffer => new TextEncoder().encode("a".repeat(size)).buffer;
const small = bytes(20);
const large = bytes(1_024);
const object = new TextEncoder().encode('{"type":"chat","room":"a","text":"hello"}').buffer;

summary(() => {
  const raw = { send: nativeSend } as unknown as NativeSocket;
  const onMessage: OnMessage = (socket, payload, isBinary) => void socket.send(payload, isBinary);
  bench("raw handler, echo", () => onMessage(raw, small, false));
  measure("connection and message, no layer, echo", bare(echo));
  const options = { serialized: false };
  measure("+ containment, echo", createDispatcher(echo, options));
  measure("+ serialisation, echo (the default)", createDispatcher(echo));
  const rateLimit = { messagesPerSecond: 1e12, burst: 1e12 };
  measure("+ rate limit, echo", createDispatcher(echo, { rateLimit }));
  measure("the default, without an answer", createDispatcher(silent));
});

function read(name: string, payload: ArrayBuffer, use: (message: Message) => unknown): void {
  bench(name, () => do_not_optimize(use(new ReceivedMessage(payload, false))));
}

summary(() => {
  read("message", small, (message) => message);
  read("message.text(), 20 bytes", small, (message) => message.text());
  read("message.text(), 1 KiB", large, (message) => message.text());
  read("message.json(), 41 bytes", object, (message) => message.json());
  read("message.bytes(), 20 bytes", small, (message) => message.bytes());
  read("message.retain(), 20 bytes", small, (message) => message.retain());
});

await run();
