import type { Disconnect, Publication } from "@windlass/core";
import type { UserConnection } from "./user-connection.ts";
import type { UserToken } from "./user-token.ts";

/**
 * The place of one connection among those of its user: taken by the handshake, and given back when the
 * connection is gone. What is said about it before the connection opens holds from then on.
 */
export class UserSeat {
  /** What it is present as. */
  readonly id: string;
  /** Of the newest token. */
  token: UserToken;
  /** Whether it was given back. */
  hasLeft = false;
  #connection: UserConnection | undefined;
  #ending: Disconnect | undefined;

  constructor(id: string, token: UserToken) {
    this.id = id;
    this.token = token;
  }

  get userId(): string {
    return this.token.userId;
  }

  /** How the connection is going to end, when that is known. */
  get ending(): Disconnect | undefined {
    return this.#ending;
  }

  /**
   * The connection is open, and gets what its user is sent from now on. Called again, what is given
   * last counts: a component that speaks a protocol puts its own in place of the raw one.
   */
  connect(connection: UserConnection): void {
    this.#connection = connection;
    const ending = this.#ending;
    // Later: the component, which hears of the opening now, hears of the end afterwards.
    if (ending !== undefined) queueMicrotask(() => connection.close(ending));
  }

  /** Whether this is what an application means by the id of a connection. */
  isOf(connectionId: string): boolean {
    return connectionId === this.id || connectionId === this.#connection?.id;
  }

  deliver(publication: Publication): void {
    if (this.#connection === undefined || this.#ending !== undefined) return;
    const { exclude, eligible } = publication.attributes ?? {};
    if (exclude?.some((id) => this.isOf(id))) return;
    if (eligible !== undefined && !eligible.some((id) => this.isOf(id))) return;
    this.#connection.deliver(publication);
  }

  /** Closes the connection, at once or when it opens. What was said first holds. */
  end(disconnect: Disconnect): void {
    if (this.#ending !== undefined) return;
    this.#ending = disconnect;
    this.#connection?.close(disconnect);
  }
}
