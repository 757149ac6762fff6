import {
  type HistoryPage,
  type Logger,
  type Publication,
  type TopicPolicy,
  type Topics,
  WindlassError,
} from "@windlass/core";
import { z } from "zod";
import { optionError } from "../option-error.ts";
import {
  type Revocation,
  type RevocationMessage,
  readRevocation,
  type TokenIdentity,
} from "./revocation.ts";
import { RevocationList } from "./revocation-list.ts";
import { revokedTopic } from "./user-topics.ts";

/** How many revocations are remembered, and for how long. */
export const revocationOptionsSchema = z.strictObject({
  max: z.int().min(1).max(1_000_000).default(10_000),
  keepMs: z.int().min(60_000).max(31_536_000_000).default(2_592_000_000),
});

export type RevocationOptions = z.output<typeof revocationOptionsSchema>;

type RevocationTopics = Pick<
  Topics,
  "addAudience" | "addPolicies" | "history" | "listen" | "publish" | "unlisten"
>;

/**
 * Tokens that are no longer good although they have not ended. All nodes know them, also those that
 * start later: the broker's history keeps them.
 */
export class Revocations {
  readonly #topics: RevocationTopics;
  readonly #options: RevocationOptions;
  readonly #log: Logger;
  readonly #list: RevocationList;
  #onRevoked: (revocation: RevocationMessage) => void = () => {};
  #isOpen = false;

  constructor(topics: RevocationTopics, options: RevocationOptions, log: Logger) {
    this.#topics = topics;
    this.#options = options;
    this.#log = log;
    this.#list = new RevocationList(options.max);
    const { max: size, keepMs: ttlMs } = options;
    const policy: TopicPolicy = {
      history: { size, ttlMs, positionTtlMs: ttlMs },
      isLastValue: false,
      slowConsumer: undefined,
    };
    topics.addPolicies((topic) => (topic === revokedTopic ? policy : undefined));
  }

  /**
   * Learns what was revoked before, and hears of everything that is revoked from now on. Called again
   * after it has succeeded, it does nothing.
   *
   * @param onRevoked called for each revocation that is heard of. Must not throw.
   * @throws WindlassError (as a rejection) `ERR_BROKER_UNAVAILABLE`
   */
  async open(onRevoked: (revocation: RevocationMessage) => void): Promise<void> {
    if (this.#isOpen) return;
    this.#onRevoked = onRevoked;
    await this.#topics.listen(revokedTopic, this.#hear);
    await this.#read();
    this.#topics.addAudience({
      deliver: () => false,
      missed: (topic) => topic === revokedTopic && this.#readAgain(),
      hasSubscribers: () => false,
    });
    this.#isOpen = true;
  }

  close(): Promise<void> {
    return this.#topics.unlisten(revokedTopic, this.#hear);
  }

  isRevoked(token: TokenIdentity): boolean {
    return this.#list.isRevoked(token, Date.now());
  }

  /** Resolves when the broker has it. */
  async revoke(revocation: Revocation): Promise<void> {
    const message = this.#toMessage(revocation);
    if (message.untilMs <= Date.now()) return;
    await this.#topics.publish(revokedTopic, "", { attributes: { control: { ...message } } });
  }

  readonly #hear = ({ attributes }: Publication): void => {
    const revocation = readRevocation(attributes?.control);
    if (revocation === undefined) {
      this.#log.warn({}, "a revocation cannot be read: is another version of Windlass running?");
      return;
    }
    if (this.#list.add(revocation, Date.now())) {
      const { max } = this.#options;
      this.#log.error(
        { max },
        "more tokens are revoked than can be remembered: raise revocations.max",
      );
    }
    this.#onRevoked(revocation);
  };

  async #read(): Promise<void> {
    for (const publication of (await this.#history()).publications) this.#hear(publication);
  }

  #readAgain(): void {
    this.#read().catch((error: unknown) => {
      this.#log.error({ err: error }, "revoked tokens may be accepted: their list cannot be read");
    });
  }

  async #history(): Promise<Pick<HistoryPage, "publications">> {
    try {
      return await this.#topics.history(revokedTopic);
    } catch (error) {
      const hasNoHistory = error instanceof WindlassError && error.code === "ERR_OPTION_INVALID";
      if (!hasNoHistory) throw error;
      this.#log.warn({}, "the broker has no history: nodes do not learn what was revoked before");
      return { publications: [] };
    }
  }

  #toMessage(revocation: Revocation): RevocationMessage {
    const nowMs = Date.now();
    const latestMs = nowMs + this.#options.keepMs;
    const given =
      "userId" in revocation
        ? { ...revocation, issuedBeforeMs: revocation.issuedBeforeMs ?? nowMs }
        : revocation;
    const message = readRevocation({ ...given, untilMs: given.untilMs ?? latestMs });
    if (message === undefined) {
      throw optionError(
        "revocation",
        "expected { tokenId, untilMs } or { userId, issuedBeforeMs }",
      );
    }
    if (message.untilMs <= latestMs) return message;
    throw optionError(
      "revocation.untilMs",
      `expected at most ${this.#options.keepMs} ms from now, which revocations.keepMs raises; seen ${message.untilMs - nowMs} ms`,
    );
  }
}
