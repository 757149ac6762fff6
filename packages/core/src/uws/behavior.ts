import type { TransportPolicy } from "../contract/transport.ts";
import type {
  Native,
  NativeBehavior,
  NativeCallbacks,
  NativeSocket,
  NativeUserData,
} from "./native.ts";
import type { RouteRuntime } from "./route-runtime.ts";
import type { Upgrader } from "./upgrade.ts";

/**
 * The engine closes the TCP connection at its own limit without a close frame. Ours lies below it,
 * so that a message somewhat too big is answered with 1009.
 */
const hardLimitFactor = 2;
const hardLimitMinExtraBytes = 65_536;

/** The limit the engine gets for messages of at most `maxPayloadBytes`. */
export function hardPayloadLimit(maxPayloadBytes: number): number {
  return Math.max(maxPayloadBytes * hardLimitFactor, maxPayloadBytes + hardLimitMinExtraBytes);
}

/** The engine's events of one route. Each hands over to the connection in one call. */
export function createBehavior(
  native: Native,
  runtime: RouteRuntime,
  upgrader: Upgrader,
): NativeBehavior {
  const { policy } = runtime;
  return {
    maxPayloadLength: hardPayloadLimit(policy.maxPayloadBytes),
    maxBackpressure: policy.maxBackpressureBytes,
    // The engine counts in seconds and refuses anything but 0 and 8..960 by ending the process.
    idleTimeout: Math.ceil(policy.heartbeatTimeoutMs / 1000),
    sendPingsAutomatically: policy.heartbeatTimeoutMs > 0,
    compression: compressionOf(native, policy),
    upgrade: (res, req, context) => upgrader.upgrade(runtime, res, req, context),
    open: (ws) => connectionOf(ws).attach(ws),
    message: (ws, payload, isBinary) => connectionOf(ws).receive(payload, isBinary),
    dropped: (ws) => connectionOf(ws).overflowed(),
    drain: (ws) => connectionOf(ws).drained(),
    close: (ws, code, message) => connectionOf(ws).detached(code, message),
  };
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
