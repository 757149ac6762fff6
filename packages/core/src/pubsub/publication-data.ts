import type { Sendable } from "../contract/message.ts";

/** What a broker takes: text, or bytes. Messages of clients are read, because their memory is not theirs. */
export function toPublicationData(data: Sendable): string | Uint8Array {
  if (typeof data === "string") return data.toWellFormed();
  if (data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return data.isBinary ? data.bytes() : data.text();
}
