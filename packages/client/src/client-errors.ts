import { ProtocolError } from "@windlass/protocol";

/**
 * Every code that the client itself makes, and its sentence, in which `{name}` is filled in. Codes
 * never change their meaning; those that are in `wireErrors` of `@windlass/protocol`, too, mean the
 * same in both.
 */
export const clientErrors = {
  ERR_WEBSOCKET_MISSING:
    "No global WebSocket, as in Node 20. Run `npm install ws` and pass its { WebSocket }.",
  ERR_CONNECT_TIMEOUT: "Not open within {timeoutMs} ms. Check the URL, or raise connectTimeoutMs.",
  ERR_LINK_DEAD: "Nothing came within {timeoutMs} ms after a ping.",
  ERR_CONNECTION_CLOSED: 'Closed for good: {code} "{reason}". Connect anew.',
  ERR_REQUEST_TIMEOUT: '"{name}" was not answered within {timeoutMs} ms. Raise timeoutMs.',
  ERR_MESSAGE_EXPIRED: '"{name}" was not answered within {timeoutMs} ms. Raise queue.expireMs.',
  ERR_CANCELLED: '"{name}" was cancelled.',
  ERR_QUEUE_FULL:
    "{messages} messages of {bytes} bytes wait; wanted at most {maxMessages} of {maxBytes}. Wait for answers, or raise queue.",
  ERR_MESSAGE_TOO_BIG: '"{name}" of {bytes} bytes is too big for the server. Send less at once.',
  ERR_SESSION_LOST: 'The server lost the session of "{name}". Check whether it took effect.',
  ERR_NAME_UNKNOWN: 'There is no {kind} "{name}" in this protocol. Check the spelling.',
  ERR_DATA_INVALID: 'The data of "{name}" does not fit its schema: see the details.',
  ERR_FRAME_INVALID: "The server sent no frame of the protocol: {problem}.",
  ERR_HANDLER_FAILED: 'The client failed while it handled "{name}".',
} as const;

/** A code that the client itself makes. */
export type ClientErrorCode = keyof typeof clientErrors;

/**
 * An error of the table.
 *
 * @param values what is filled in
 * @param details what programs read. Default: `values`
 */
export function clientError(
  code: ClientErrorCode,
  values: Readonly<Record<string, unknown>>,
  cause?: unknown,
  details: unknown = values,
): ProtocolError {
  const message = clientErrors[code].replace(/\{(\w+)\}/g, (_whole, name: string) =>
    String(values[name]),
  );
  return new ProtocolError(code, message, details, { cause });
}
