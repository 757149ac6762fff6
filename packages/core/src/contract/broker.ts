import type { Logger } from "./logger.ts";
import type { Position, Publication, PublishPolicy, PublishReceipt } from "./publication.ts";

/** Called by a broker for each publication of a subscribed topic. Must not throw. */
export type PublicationListener = (publication: Publication) => void;

/** Who uses a broker: one node. */
export interface BrokerHost {
  /** Unique over all nodes and restarts. */
  readonly nodeId: string;
  /** Must not throw. */
  readonly log: Logger;
  /**
   * Publications of this topic did not reach this node and are not in its history any more. Later ones
   * follow. Must not throw.
   */
  readonly onGap: (topic: string) => void;
}

/**
 * Carries publications between nodes. Obligations:
 *
 * - `open` is called once, before anything else. It rejects with a clear error when the broker cannot
 *   be used at all, and may then be called again.
 * - A publication reaches every listener subscribed when `publish` was called, once, also those of
 *   the publishing node.
 * - Publications of one publisher to one topic arrive in the order of the `publish` calls.
 * - `publish` resolves when the broker has taken responsibility, and rejects when it has not; nothing is
 *   swallowed. When it cannot know, it rejects, too: `idempotency` makes it safe to repeat the call.
 * - With an idempotency key, a repeated `publish` within the window is not published, on whichever
 *   node, and its receipt is that of the first one with `isDuplicate`. Keys are per topic. Where
 *   keys take memory of this process, their number is bounded.
 * - Bytes handed to `publish` are copied or sent before it resolves; the caller may reuse them then.
 * - `subscribe` resolves with the topic's position of that moment, as far as one is remembered: the
 *   listener hears every later publication, and no earlier one.
 * - After `unsubscribe` has resolved, the listener is not called again.
 * - After `close`, `publish` and `subscribe` reject with `ERR_APP_STATE`.
 */
export interface Broker {
  open(host: BrokerHost): Promise<void>;
  publish(publication: Publication, policy?: PublishPolicy): Promise<PublishReceipt>;
  subscribe(topic: string, listener: PublicationListener): Promise<Position | undefined>;
  unsubscribe(topic: string, listener: PublicationListener): Promise<void>;
  /** Lets go of timers, files and connections. Resolves when nothing is left open. */
  close(): Promise<void>;
}

/** Which publications of a history are wanted. */
export interface HistoryQuery {
  /** Only what came after this. Default: from the oldest. */
  readonly since?: Position;
  /** At most so many, at least 1. Default: all. */
  readonly limit?: number;
  /** Newest first. Not together with `since`. Default: false. */
  readonly isReversed?: boolean;
}

/**
 * Why it is not known what came after a position:
 * - `expired`: nothing is remembered of the topic
 * - `epoch`: the topic was forgotten meanwhile and has begun anew
 * - `trimmed`: the history does not reach back so far
 * - `ahead`: the position is one that the topic has not reached; its store was replaced by an older one
 */
export type HistoryGap = "expired" | "epoch" | "trimmed" | "ahead";

/** A part of a topic's history. */
export interface HistoryPage {
  /** Each with its position. None when there is a gap. */
  readonly publications: readonly Publication[];
  /** Where the topic stands: that of its last publication, whether that is kept or not. */
  readonly position: Position | undefined;
  /** Why publications after `since` are missing; `undefined` when none is, and without `since`. */
  readonly gap?: HistoryGap;
}

/**
 * A broker that keeps what was published. Obligations besides those of {@link Broker}:
 *
 * - `publish` with a history policy is one step: the publication has the next offset, is kept and
 *   delivered with its position, or none of these.
 * - Listeners hear the publications of a topic with history in the order of their offsets, each once
 *   and without gaps. What the connection to the broker made this node miss is delivered late, from the
 *   history; where that does not reach back, `onGap` is called before later publications.
 * - Once `publish` has resolved, the publication is in the history until its policy lets go of it:
 *   a crash of this process does not lose it where the broker promises to be durable.
 * - Expired publications are not answered, and expired topics leave no memory behind.
 */
export interface HistoryBroker extends Broker {
  history(topic: string, query?: HistoryQuery): Promise<HistoryPage>;
  /** Forgets the history and the position of a topic: its next publication begins a new epoch. */
  forget(topic: string): Promise<void>;
}
