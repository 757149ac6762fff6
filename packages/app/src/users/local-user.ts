import { type Logger, type Publication, type Topics, toError } from "@windlass/core";
import type { UserSeat } from "./user-seat.ts";
import { topicOfUser } from "./user-topics.ts";

/** A user with connections on this node: hears what the user is sent while there is one. */
export class LocalUser {
  readonly seats: Set<UserSeat> = new Set();
  /** Resolves when nothing that is sent to the user will be missed. */
  readonly listening: Promise<void>;
  readonly #topic: string;
  readonly #topics: Pick<Topics, "listen" | "unlisten">;
  readonly #log: Logger;

  constructor(userId: string, topics: Pick<Topics, "listen" | "unlisten">, log: Logger) {
    this.#topic = topicOfUser(userId);
    this.#topics = topics;
    this.#log = log;
    this.listening = topics.listen(this.#topic, this.#deliver);
  }

  /** There is no connection any more. Of no use afterwards: the user's next one makes a new one. */
  stop(): void {
    const unlisten = (): Promise<void> => this.#topics.unlisten(this.#topic, this.#deliver);
    // Also after a failure, which may have left something behind.
    this.listening.then(unlisten, unlisten).catch((error: unknown) => {
      this.#log.warn({ err: error }, "unlistening to a user's topic failed");
    });
  }

  readonly #deliver = (publication: Publication): void => {
    for (const seat of this.seats) {
      try {
        seat.deliver(publication);
      } catch (error) {
        this.#log.error({ err: toError(error) }, "sending to a connection of a user failed");
      }
    }
  };
}
