import { WindlassError } from "../contract/errors.ts";
import type { Message, Sendable } from "../contract/message.ts";
import { ReceivedMessage } from "../contract/received-message.ts";

/** What the engine takes. */
export type Payload = string | ArrayBuffer | Uint8Array;

/**
 * What to hand to the engine: a received message is forwarded without being decoded.
 *
 * @throws WindlassError `ERR_SEND_DATA_INVALID`, `ERR_MESSAGE_EXPIRED`
 */
export function payloadOf(data: Sendable): Payload {
  // Half a surrogate pair is no UTF-8: the peer would drop the connection. It becomes U+FFFD, as in the
  // browser's send(). Strings without any are returned as they are.
  if (typeof data === "string") return data.toWellFormed();
  if (data instanceof ReceivedMessage) return data.payload;
  if (data instanceof Uint8Array || data instanceof ArrayBuffer) return data;
  if (isMessage(data)) return data.isBinary ? data.bytes() : data.text().toWellFormed();
  throw new WindlassError("ERR_SEND_DATA_INVALID", { seen: describeType(data) });
}

/** A message that is not ours: a wrapper of a decorator, say. */
function isMessage(data: unknown): data is Message {
  return (
    typeof data === "object" &&
    data !== null &&
    "isBinary" in data &&
    "bytes" in data &&
    typeof data.bytes === "function" &&
    "text" in data &&
    typeof data.text === "function"
  );
}

/** Its length on the wire. */
export function byteLengthOf(payload: Payload): number {
  return typeof payload === "string" ? Buffer.byteLength(payload) : payload.byteLength;
}

/** Whether it goes out as a binary message. */
export function isBinary(data: Sendable): boolean {
  if (data instanceof ReceivedMessage) return data.isBinary;
  return isMessage(data) ? data.isBinary : typeof data !== "string";
}

function describeType(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return `a ${typeof value}`;
  return `an object of class ${value.constructor?.name ?? "(none)"}`;
}
