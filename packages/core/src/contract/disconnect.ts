import { CloseCode, isSendableCloseCode } from "./close-code.ts";
import { WindlassError } from "./errors.ts";

/**
 * Why a connection ended:
 * - `peer`: the client closed it, or its TCP connection went away
 * - `server`: our code called `close()` or `terminate()`
 * - `timeout`: the client stopped answering heartbeats
 * - `backpressure`: the client read too slowly
 * - `too-big`: the client sent a message above `maxPayloadBytes`
 * - `protocol`: the client sent bytes that are not WebSocket (RFC 6455)
 * - `policy`: a limit was exceeded (rate, queue)
 * - `shutdown`: the node is stopping
 * - `error`: a callback of the component failed
 */
export type DisconnectCause =
  | "peer"
  | "server"
  | "timeout"
  | "backpressure"
  | "too-big"
  | "protocol"
  | "policy"
  | "shutdown"
  | "error";

/** How we end a connection: what the peer reads in the close frame, and the cause we report. */
export interface Disconnect {
  /** A sendable close code: 1000-1003, 1007-1014 or 3000-4999. */
  readonly code: number;
  /** At most 123 UTF-8 bytes (RFC 6455 section 5.5); longer texts are cut between two characters. */
  readonly reason?: string;
  /** What `onClose` reports as `cause`. Default: `"server"`. */
  readonly cause?: DisconnectCause;
}

/** How a connection ended, as `onClose` gets it. */
export interface CloseEvent {
  /** The close code on the wire; 1005 when the frame had none, 1006 when there was no frame. */
  readonly code: number;
  /** The reason on the wire, `""` when there was none. */
  readonly reason: string;
  /** Whether a close frame was sent or received, as in the DOM's CloseEvent. */
  readonly wasClean: boolean;
  readonly cause: DisconnectCause;
}

/** The largest reason that fits a close frame: 125 bytes of control frame less the 2-byte code. */
const maxReasonBytes = 123;

const encoder = new TextEncoder();
// `ignoreBOM` keeps a leading U+FEFF: the cut reason stays a prefix of the reason.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Cuts a close reason to 123 bytes of UTF-8 without splitting a character. */
export function truncateReason(reason: string): string {
  // Three bytes a UTF-16 unit is the worst case, so short texts need no encoding to be known good.
  if (reason.length * 3 <= maxReasonBytes) return reason;
  const bytes = encoder.encode(reason);
  if (bytes.length <= maxReasonBytes) return reason;
  let end = maxReasonBytes;
  // 0b10xxxxxx continues a character: step back to the byte that starts it.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return decoder.decode(bytes.subarray(0, end));
}

/**
 * The arguments of `connection.close()` as one Disconnect: nothing (1000), a code with an optional
 * reason as in the browser, or a ready-made Disconnect.
 *
 * @throws WindlassError `ERR_CLOSE_CODE_INVALID` when the code may not be sent.
 */
export function toDisconnect(
  disconnect?: Disconnect | number,
  reason?: string,
): Required<Disconnect> {
  const wanted = disconnect ?? CloseCode.NormalClosure;
  const given = typeof wanted === "number" ? { code: wanted } : wanted;
  if (!isSendableCloseCode(given.code)) {
    throw new WindlassError("ERR_CLOSE_CODE_INVALID", { seen: String(given.code) });
  }
  return {
    code: given.code,
    // A reason that is no string, or no UTF-8, would make the engine throw or the peer see 1006.
    reason: truncateReason(String(reason ?? given.reason ?? "").toWellFormed()),
    cause: ("cause" in given ? given.cause : undefined) ?? "server",
  };
}
