import { byteLengthOf } from "../outbox/byte-length.ts";

/** Whether a connection that ended with this code may be tried again: docs/reference/close-codes.md. */
export function mayReconnect(code: number): boolean {
  return code !== 1000 && (code < 4500 || code > 4999);
}

/** @throws DOMException as `close()` of the DOM's WebSocket does */
export function checkClose(code = 1000, reason = ""): void {
  const isCodeAllowed = code === 1000 || (code >= 3000 && code <= 4999);
  if (isCodeAllowed && byteLengthOf(reason) <= 123) return;
  throw new DOMException(
    `close(${code}) wants 1000 or 3000 to 4999, and a reason of at most 123 bytes.`,
    isCodeAllowed ? "SyntaxError" : "InvalidAccessError",
  );
}
