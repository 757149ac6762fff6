/** Whether a message is sent as a text (UTF-8) or as a binary message (RFC 6455, section 5.6). */
export type MessageFormat = "text" | "binary";

/** What a connection of the generator is there for. */
export type ClientRole = "client" | "publisher" | "subscriber";

/** A message around a payload. `before` and `after` are UTF-8. */
export interface Envelope {
  readonly format: MessageFormat;
  readonly before: string;
  readonly after: string;
  /** `false` for a message that goes along with the payload but does not hold it. */
  readonly holdsPayload: boolean;
}

/** What to do after a message that is no reply. */
export type ControlVerdict =
  /** The connection may be loaded now. */
  | { readonly kind: "ready" }
  /** Nothing to do. */
  | { readonly kind: "ignore" }
  /** Send this text. */
  | { readonly kind: "answer"; readonly text: string };

/**
 * How a server wants to be spoken to. The generator makes payloads and checks that they come back;
 * the adapter says what they travel in. An adapter module exports one as `adapter`.
 */
export interface Adapter {
  /** Shown in the report. */
  readonly name: string;
  /** Request target (path and query) of a connection. Default: that of the URL. */
  readonly target?: (url: URL, topic: number) => string;
  /** Text messages to send as soon as the handshake is over. Default: none. */
  readonly greeting?: (role: ClientRole, topic: number) => readonly string[];
  /**
   * Reads each message that is no reply. A connection is loaded after the first `ready`; an adapter
   * without `control` is ready after the handshake, and its other messages count as unexpected, as
   * do those for which `control` answers undefined. What is thrown here ends the
   * connection, with the sentence as its reason.
   */
  readonly control?: (message: Buffer, format: MessageFormat) => ControlVerdict | undefined;
  /** The messages that carry one payload to the server, in order; exactly one holds it. */
  readonly request: (format: MessageFormat, topic: number) => readonly Envelope[];
  /** The message in which a payload comes back, or reaches a subscriber. */
  readonly reply: (format: MessageFormat, topic: number) => Envelope;
  /**
   * Where the payload begins in a message whose surroundings vary (a time stamp, an id), in bytes;
   * -1 for a message that is no reply. Slower than a fixed `reply`, which is not consulted then.
   */
  readonly locate?: (message: Buffer, format: MessageFormat) => number;
}
