import type {
  PresenceChangeFrame,
  PublicationFrame,
  SubscribeResult,
  TopicDefinition,
  TopicPosition,
} from "@windlass/protocol";
import type { Outbox } from "../outbox/outbox.ts";
import { EventListeners, type EventTools } from "./event-listeners.ts";
import { guarded } from "./guarded.ts";
import { Listeners } from "./listeners.ts";
import type { RecoveryOutcome } from "./subscription.ts";

/** Where a topic with history stands of which nothing is remembered. */
const nothingYet: TopicPosition = { epoch: "", offset: 0 };

/** So many publications wait at most; with one more, what was missed counts as lost. */
const maxHeld = 16_384;

/** What a topic needs. */
export interface TopicParts extends EventTools {
  readonly outbox: Outbox;
}

/** One topic that is wanted: who listens, what the server knows of it, and what has been seen. */
export class Topic {
  readonly listeners: EventListeners;
  readonly outcomes: Listeners<RecoveryOutcome> = new Listeners<RecoveryOutcome>();
  /** Hears of members, and `undefined` whenever the topic has been asked for. */
  readonly presence: Listeners<PresenceChangeFrame | undefined> = new Listeners<
    PresenceChangeFrame | undefined
  >();
  readonly ready: Promise<void>;
  /** Settles `ready`; once settled it stays so. */
  settle: (error?: Error) => void = () => {};
  /** How many subscriptions share it. */
  users = 0;
  /** Whether the server of this connection knows of it. */
  isAsked = false;
  readonly #parts: TopicParts;
  /** Whether the server has accepted it on any connection. */
  #isAccepted = false;
  #position: TopicPosition | undefined;
  /** Offsets up to this one have been seen in the epoch of the position. */
  #seen = 0;
  /**
   * From a loss until the server has answered, publications wait here: where the server subscribes by
   * itself, new ones come before those that were missed.
   */
  #held: PublicationFrame[] | undefined;

  constructor(definition: TopicDefinition, parts: TopicParts) {
    this.#parts = parts;
    this.listeners = new EventListeners(definition.events, parts);
    this.ready = new Promise<void>((resolve, reject) => {
      this.settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.ready.catch(() => {});
  }

  /** What was seen last; `undefined` without history. */
  get position(): TopicPosition | undefined {
    return this.#position;
  }

  /**
   * Asks the server for it, and for what was missed, unless that has been done on this connection.
   *
   * @param refused called when the server does not accept it, and has not on any connection
   */
  ask(name: string, refused: () => void): void {
    if (this.isAsked) return;
    const since = this.#position;
    const frame = { type: "subscribe", topic: name, since } as const;
    this.isAsked = this.#parts.outbox.ask(frame, (error, result) => {
      this.settle(error);
      if (error === undefined) {
        this.#isAccepted = true;
        this.#accepted(result as SubscribeResult | undefined, since !== undefined);
        return;
      }
      this.isAsked = false;
      if (this.users === 0) return;
      this.#parts.report(error);
      // One that was accepted before stays: the next connection may accept it again.
      if (!this.#isAccepted) refused();
    });
    this.presence.emit(undefined, this.#parts.report);
  }

  /** The connection is gone, or the subscription. What is wanted next comes after this position. */
  lost(position: TopicPosition | undefined = this.#position): void {
    this.isAsked = false;
    this.#move(position);
    this.#held = [];
  }

  published(frame: PublicationFrame): void {
    const held = this.#held;
    if (held !== undefined) {
      if (held.push(frame) > maxHeld) this.#accepted({ gap: "limit" }, true);
      return;
    }
    this.#deliver(frame);
  }

  /** Publications are lost. */
  missed(): void {
    this.outcomes.emit({ recovered: false }, this.#parts.report);
  }

  /** What was missed has come, as far as it does; without a result there is no history. */
  #accepted(result: SubscribeResult | undefined, isResumed: boolean): void {
    const { position = nothingYet, recovered = false, gap } = result ?? {};
    const held = this.#held ?? [];
    this.#held = undefined;
    // Otherwise there is a hole anyway.
    if (recovered) held.sort(({ offset: a = 0 }, { offset: b = 0 }) => a - b);
    // The count is another one, or goes on behind a hole.
    if (!recovered || position.epoch !== this.#position?.epoch) this.#seen = 0;
    for (const frame of held) this.#deliver(frame);
    this.#move(result && position);
    if (isResumed) this.outcomes.emit({ recovered, gap }, this.#parts.report);
  }

  #deliver(frame: PublicationFrame): void {
    const current = this.#position ?? nothingYet;
    const { offset, epoch = current.epoch } = frame;
    if (offset !== undefined) {
      if (epoch === current.epoch && offset <= this.#seen) return;
      this.#move({ epoch, offset });
    }
    guarded(() => this.listeners.emit(frame), this.#parts.report);
  }

  #move(position: TopicPosition | undefined): void {
    this.#position = position;
    this.#seen = position?.offset ?? 0;
  }
}
