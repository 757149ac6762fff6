// What each layer between the engine and a component costs per message, in nanoseconds: the native socket is
// a stand-in that does nothing, so that only our own code is measured. `pnpm bench:layers` runs it, and after it
// the layers of a typed message in packages/app/bench; docs/internals/performance.md says what came out.

import { bench, do_not_optimize, run, summary } from "mitata";
import { ReceivedMessage } from "../src/contract/received-message.ts";
import type { Dispatcher, Message } from "../src/index.ts";
import { type Component, type Connection, createDispatcher } from "../src/index.ts";
import type { NativeSocket } from "../src/uws/native.ts";
import { nativeRoute, nativeSend, type OnMessage } from "./native-route.ts";

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

function measure(name: string, dispatcher: Dispatcher): void {
  const { onMessage, socket } = nativeRoute(dispatcher);
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
