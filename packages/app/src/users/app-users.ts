import type { Logger, PresenceStore, Topics } from "@windlass/core";
import { type RevocationOptions, Revocations } from "./revocations.ts";
import { UserRegistry } from "./user-registry.ts";
import { Users } from "./users.ts";

/** The users of an app: what the application asks, and the connections of this node. */
export class AppUsers {
  readonly users: Users;
  readonly registry: UserRegistry;
  #isNeeded = false;

  constructor(
    topics: Topics,
    presence: PresenceStore,
    {
      revocations: options,
      log,
    }: { readonly revocations: RevocationOptions; readonly log: Logger },
  ) {
    const revocations = new Revocations(topics, options, log);
    this.users = new Users({ topics, presence, revocations });
    this.registry = new UserRegistry({ topics, presence, revocations, log });
  }

  /** A route has users: nodes have to hear about each other's. */
  need(): void {
    this.#isNeeded = true;
  }

  async open(): Promise<void> {
    if (this.#isNeeded) await this.registry.open();
  }

  async close(): Promise<void> {
    if (this.#isNeeded) await this.registry.close();
  }
}
