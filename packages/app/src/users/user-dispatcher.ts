import type { CloseEvent, Connection, Dispatcher, ReceivedMessage } from "@windlass/core";
import { rawUserConnection } from "./user-connection.ts";
import type { UserRegistry } from "./user-registry.ts";

/**
 * Around the dispatcher of a route whose connections have users: gives each connection its seat before
 * the component hears of it, so that what its `onOpen` sends to the user reaches it, too.
 */
export class UserDispatcher implements Dispatcher {
  readonly #inner: Dispatcher;
  readonly #registry: Pick<UserRegistry, "seatOf">;

  constructor(inner: Dispatcher, registry: Pick<UserRegistry, "seatOf">) {
    this.#inner = inner;
    this.#registry = registry;
  }

  get connections(): ReadonlySet<Connection> {
    return this.#inner.connections;
  }

  opened(connection: Connection): void {
    this.#registry.seatOf(connection.handshake)?.connect(rawUserConnection(connection));
    this.#inner.opened(connection);
  }

  received(connection: Connection, message: ReceivedMessage): void {
    this.#inner.received(connection, message);
  }

  drained(connection: Connection): void {
    this.#inner.drained(connection);
  }

  closed(connection: Connection, event: CloseEvent): void {
    this.#inner.closed(connection, event);
  }

  settled(): Promise<void> {
    return this.#inner.settled();
  }
}
