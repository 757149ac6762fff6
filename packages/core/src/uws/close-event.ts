import { CloseCode } from "../contract/close-code.ts";
import type { CloseEvent, Disconnect, DisconnectCause } from "../contract/disconnect.ts";

/** The texts with which the engine explains its forced closes (1006); the only place that knows them. */
const forcedCloseCauses: ReadonlyMap<string, DisconnectCause> = new Map([
  ["Received too big message", "too-big"],
  ["Received too big message, or other inflation error", "too-big"],
  ["WebSocket timed out from inactivity", "timeout"],
  ["Received invalid UTF-8", "protocol"],
  ["Received invalid WebSocket frame", "protocol"],
  ["Received invalid close payload", "protocol"],
  ["Received TCP FIN before WebSocket close frame", "peer"],
]);

// A leading U+FEFF belongs to the reason.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The engine's close event as ours.
 *
 * @param ending how we ended the connection, if it was us
 */
export function toCloseEvent(
  code: number,
  message: ArrayBuffer,
  ending: Required<Disconnect> | undefined,
): CloseEvent {
  if (ending !== undefined) {
    const { code, reason, cause } = ending;
    return { code, reason, wasClean: code !== CloseCode.Abnormal, cause };
  }
  const text = decoder.decode(message);
  if (code !== CloseCode.Abnormal) return { code, reason: text, wasClean: true, cause: "peer" };
  // The text is the engine's, not the peer's: it becomes the cause and is not passed off as a reason.
  return { code, reason: "", wasClean: false, cause: forcedCloseCauses.get(text) ?? "peer" };
}
