import type { Connection } from "./connection.ts";
import type { CloseEvent } from "./disconnect.ts";
import type { ReceivedMessage } from "./received-message.ts";

/**
 * What a transport tells about its connections. Obligations:
 *
 * - The transport calls `opened` once, then any number of `received` and `drained`, then `closed`
 *   once, and nothing after that.
 * - `closed` is never called from inside another of these calls for the same connection.
 * - No method throws and no promise escapes: whatever the component does is contained here.
 */
export interface Dispatcher {
  opened(connection: Connection): void;
  received(connection: Connection, message: ReceivedMessage): void;
  drained(connection: Connection): void;
  closed(connection: Connection, event: CloseEvent): void;
  /** The connections that are open now. */
  readonly connections: ReadonlySet<Connection>;
  /** Resolves when no callback is running any more, also those that run `async`. */
  settled(): Promise<void>;
}
