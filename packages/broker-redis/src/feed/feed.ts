import type { RedisConnection } from "../link/redis-connection.ts";

/** Where a channel stood at a moment; everything that came over it before has been heard. */
export interface Standing {
  /** The channel is heard from now on: makes good what was missed before. Rejects when it could not. */
  adopt(): Promise<void>;
  /** The channel has been heard all along. Resolves with whether something was missed nevertheless. */
  verify(): Promise<boolean>;
}

/** A channel that this node listens to, and what keeps it whole. */
export interface Feed {
  /** Hash tag of the channel. */
  readonly tag: string;
  readonly channel: string;
  /** Must not throw. */
  onMessage(message: Buffer): void;
  /** The channel is not heard any more, until `survey` and `adopt` are called again. */
  onCut(): void;
  /** Asks, in the same moment, over the connection on which the channel is heard. */
  survey(events: RedisConnection): Promise<Standing>;
}
