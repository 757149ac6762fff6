/**
 * One message from the peer, read lazily.
 *
 * The bytes live in native memory that ends when the callback returns. A callback that returns a
 * promise gets them copied automatically; a synchronous callback that wants to keep the message
 * keeps `message.retain()`. Reading an expired message throws `ERR_MESSAGE_EXPIRED`.
 */
export interface Message {
  /** Whether the peer sent a binary message; text is always valid UTF-8. */
  readonly isBinary: boolean;
  /** Length of the payload in bytes. */
  readonly byteLength: number;
  /** The payload as text. Binary payloads are decoded as UTF-8, invalid bytes becoming U+FFFD. */
  text(): string;
  /** A copy of the payload that belongs to the caller. */
  bytes(): Uint8Array<ArrayBuffer>;
  /**
   * The payload parsed as JSON.
   *
   * @throws WindlassError `ERR_MESSAGE_NOT_JSON`
   */
  json(): unknown;
  /** Copies the bytes out of native memory once, so that this message never expires; returns itself. */
  retain(): Message;
}

/** What can be sent: text, bytes (as a binary message), or a received message as it came. */
export type Sendable = string | Uint8Array | ArrayBuffer | Message;
