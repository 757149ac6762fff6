import type { TransportPolicy } from "../contract/transport.ts";
import type { DeferredEvents } from "./deferred-events.ts";
import type {
  Native,
  NativeBehavior,
  NativeCallbacks,
  NativeSocket,
  NativeUpgrade,
  NativeUserData,
} from "./native.ts";

/**
 * The engine closes the TCP connection at its own limit without a close frame. Ours lies below it,
 * so that a message somewhat too big is answered with 1009.
 */
const hardLimitFactor = 2;
const hardLimitMinExtraBytes = 65_536;

/** The limit the engine gets for messages of at most `maxPayloadBytes`. */
function hardPayloadLimit(maxPayloadBytes: number): number {
  return Math.max(maxPayloadBytes * hardLimitFactor, maxPayloadBytes + hardLimitMinExtraBytes);
}

/** The engine's events of all routes of one path. Each hands over to the connection in one call. */
export function createBehavior(
  native: Native,
  policy: TransportPolicy,
  upgrade: NativeUpgrade,
  deferred: DeferredEvents | undefined,
): NativeBehavior {
  return {
    maxPayloadLength: hardPayloadLimit(policy.maxPayloadBytes),
    maxBackpressure: policy.maxBackpressureBytes,
    // The engine counts in seconds and refuses anything but 0 and 8..960 by ending the process.
    idleTimeout: Math.ceil(policy.heartbeatTimeoutMs / 1000),
    sendPingsAutomatically: policy.heartbeatTimeoutMs > 0,
    compression: compressionOf(native, policy),
    upgrade,
    open: (ws) => connectionOf(ws).attach(ws),
    message: deferred === undefined ? receiveNow : receiveDeferred(deferred),
    dropped: (ws) => contained(connectionOf(ws), (connection) => connection.dropped()),
    drain: (ws) => contained(connectionOf(ws), (connection) => connection.drained()),
    subscription: (ws, topic, count, before) =>
      contained(connectionOf(ws), (connection) => connection.subscribed(topic, count, before)),
    close: (ws, code, message) =>
      contained(connectionOf(ws), (connection) => connection.detached(code, message)),
  };
}

function receiveNow(ws: NativeSocket, payload: ArrayBuffer, isBinary: boolean): void {
  const connection = connectionOf(ws);
  try {
    connection.receive(payload, isBinary);
  } catch (error) {
    connection.faulted(error);
  }
}

function receiveDeferred(deferred: DeferredEvents): typeof receiveNow {
  return (ws, payload, isBinary) => {
    // The engine takes its memory back when this returns.
    const copy = payload.slice(0);
    const connection = connectionOf(ws);
    deferred.defer(() => contained(connection, () => connection.receive(copy, isBinary)));
  };
}

/** No exception may reach the engine: it would end the process. */
function contained(
  connection: NativeCallbacks,
  event: (connection: NativeCallbacks) => void,
): void {
  try {
    event(connection);
  } catch (error) {
    connection.faulted(error);
  }
}

/** The engine copied our user data's properties onto its socket, so reading one is a plain load. */
function connectionOf(ws: NativeSocket): NativeCallbacks {
  return (ws as NativeSocket & NativeUserData).connection;
}

function compressionOf(native: Native, policy: TransportPolicy): number {
  switch (policy.compression) {
    case "off":
      return native.DISABLED;
    case "shared":
      return native.SHARED_COMPRESSOR | native.SHARED_DECOMPRESSOR;
    case "dedicated":
      return native.DEDICATED_COMPRESSOR_4KB | native.DEDICATED_DECOMPRESSOR_4KB;
    default:
      return policy.compression satisfies never;
  }
}
