/**
 * An error that crosses the wire. Thrown by a handler it reaches the other side as it is: code,
 * message and details are public. There it is what `request()` and `send()` reject with.
 *
 * @example
 * throw new ProtocolError("room-full", "This room has no place left.", { places: 20 });
 */
export class ProtocolError extends Error {
  override readonly name: string = "ProtocolError";
  /** For programs. Codes that begin with `ERR_` are those of Windlass. */
  readonly code: string;
  /** More about it, as JSON; `undefined` when there is nothing. */
  readonly details: unknown;

  constructor(code: string, message: string, details?: unknown, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}
