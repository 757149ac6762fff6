import type { Connection } from "./connection.ts";
import type { CloseEvent } from "./disconnect.ts";
import type { MaybePromise } from "./maybe-promise.ts";
import type { Message } from "./message.ts";
import type { ComponentRoute } from "./topic-publisher.ts";

/** The callback that failed, as `onError` gets it. */
export type CallbackPhase = "open" | "message" | "drain" | "close";

/**
 * What an application does with connections; the counterpart of Ratchet's MessageComponentInterface.
 * Callbacks may be `async`. Obligations of whoever calls them:
 *
 * - One callback at a time per connection: `onOpen` settles before the first `onMessage`, and a
 *   message that arrives meanwhile waits its turn in a bounded queue.
 * - `onClose` runs exactly once however the connection ended, after everything else, also when
 *   `close()` was called inside a callback.
 * - A throw or a rejection reaches `onError` of this component with that connection and the phase.
 *   It never reaches another connection or the process.
 */
export interface Component<Data = unknown> {
  /**
   * Subprotocols that this component speaks, for routes that do not name any themselves; Ratchet's
   * `WsServerInterface::getSubProtocols()`.
   */
  readonly subprotocols?: readonly string[] | undefined;
  /** The component serves this route: called once, by `app.route()`, before any connection. */
  onRoute?(route: ComponentRoute): void;
  /** The handshake was accepted. If it fails, the connection is closed with 1011 after `onError`. */
  onOpen?(connection: Connection<Data>): MaybePromise<void>;
  onMessage(connection: Connection<Data>, message: Message): MaybePromise<void>;
  /** The buffer that made `send()` answer `"buffered"` is empty again. */
  onDrain?(connection: Connection<Data>): MaybePromise<void>;
  /** The connection is gone; sending answers `"closed"`. */
  onClose?(connection: Connection<Data>, event: CloseEvent): MaybePromise<void>;
  /**
   * A callback failed. Returning means that the failure is handled. Without this method, or when it
   * fails itself, the error is logged and the connection closed with 1011.
   */
  onError?(connection: Connection<Data>, error: Error, phase: CallbackPhase): MaybePromise<void>;
}
