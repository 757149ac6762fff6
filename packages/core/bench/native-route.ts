import { do_not_optimize } from "mitata";
import type { Dispatcher, Logger, SocketRoute } from "../src/index.ts";
import { createInMemoryHandshake } from "../src/testing/index.ts";
import { createBehavior } from "../src/uws/behavior.ts";
import type { Native, NativeSocket } from "../src/uws/native.ts";
import { RouteRuntime } from "../src/uws/route-runtime.ts";
import { UwsConnection } from "../src/uws/uws-connection.ts";

/** The engine's event for a message. */
export type OnMessage = (socket: NativeSocket, payload: ArrayBuffer, isBinary: boolean) => void;

const quiet: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => quiet,
  isLevelEnabled: () => false,
};

/** Takes everything and sends nothing. */
export function nativeSend(payload: ArrayBuffer, isBinary: boolean): number {
  do_not_optimize(payload);
  do_not_optimize(isBinary);
  return 1;
}

/** The engine's message event of a route with this dispatcher, and an open socket to call it with. */
export function nativeRoute(dispatcher: Dispatcher): {
  onMessage: OnMessage;
  socket: NativeSocket;
} {
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
  const route: SocketRoute = {
    pattern: "/",
    guard,
    verifyUpgrade: guard,
    dispatcher,
    policy,
    chooseSubprotocol: () => "",
    interest: { retain: () => {}, release: () => {} },
    slowConsumers: { droppedNew: 0, droppedOldest: 0, conflated: 0, droppedVolatile: 0, closed: 0 },
  };
  const runtime = new RouteRuntime(route, node, 0);
  const connection = new UwsConnection(runtime, createInMemoryHandshake(), undefined);
  const socket = {
    connection,
    send: nativeSend,
    getBufferedAmount: () => 0,
    subscribe: () => true,
  };
  const native = socket as unknown as NativeSocket;
  connection.attach(native);
  connection.opened();
  const behavior = createBehavior({} as Native, policy, () => {}, undefined);
  return { onMessage: behavior.message as OnMessage, socket: native };
}
