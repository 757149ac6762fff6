import type { Position, Publication } from "@windlass/core";
import { type HeldBudget, HeldPublications } from "./held-publications.ts";

/** What a tracker decides. */
export interface TrackerSink {
  /** The next publication for the listeners. */
  deliver(publication: Publication): void;
  /** Some before the next one are lost for good. */
  gap(): void;
}

/** A publication that is kept. */
export interface KeptPublication extends Publication {
  readonly position: Position;
}

/** What the history has after a position. */
export interface KeptPage {
  /** Where the topic stands. */
  readonly position: Position | undefined;
  readonly publications: readonly KeptPublication[];
  /** Whether there is no more. */
  readonly isComplete: boolean;
}

/**
 * What is done with a publication that comes in:
 * - `holding`: kept until it is known where the topic stands
 * - `live`: delivered
 * - `fetching`: kept until those before it have come from the history
 */
type Phase = "holding" | "live" | "fetching";

/**
 * Makes of what a channel brings, which may lose something, what listeners are promised: every publication of
 * a topic once, in the order of the offsets. It knows no time and no network: who holds it tells it what came
 * and where the topic stands, and reads from the history what is {@link wanted}.
 */
export class GapTracker {
  readonly #sink: TrackerSink;
  readonly #held: HeldPublications;
  #phase: Phase = "holding";
  #position: Position | undefined;

  constructor(sink: TrackerSink, budget: HeldBudget) {
    this.#sink = sink;
    this.#held = new HeldPublications(budget);
  }

  /** That of the last publication delivered, or where the topic stood when that was first known. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** After which position the history is to be read, with {@link addPage} called with the outcome. */
  get wanted(): Position | undefined {
    return this.#phase === "fetching" ? this.#position : undefined;
  }

  /** The channel has brought a publication. */
  receive(publication: Publication): void {
    if (this.#phase !== "live" || !this.#step(publication)) this.#held.add(publication);
  }

  /**
   * The channel is heard for the first time, and this is where the topic stood at a moment after that.
   * Everything that was published before that moment has come.
   */
  begin(stored: Position | undefined): void {
    const isStored = ({ position }: Publication) =>
      position?.epoch === stored?.epoch && position?.offset === stored?.offset;
    if (stored === undefined) {
      // Whatever has a position was forgotten again, unless the topic has begun anew.
      const first = this.#held.findIndex(({ position }) => position?.offset === 1);
      this.#held.drop(({ position }, index) => position !== undefined && index < first);
      if (first < 0) this.#held.drop(({ position }) => position !== undefined);
    } else {
      const last = this.#held.findLastIndex(isStored);
      this.#held.drop((_, index) => index <= last);
    }
    this.#position = stored;
    this.#drain();
  }

  /** The channel is not heard any more. */
  suspend(): void {
    this.#phase = "holding";
    // The history has those with a position. The others would come before what is missing now.
    this.#held.clear();
  }

  /**
   * The channel is heard again; otherwise as in {@link begin}. `before` is what `position` was when the
   * question was put.
   */
  resume(stored: Position | undefined, before: Position | undefined): void {
    this.#drain();
    this.#compare(stored, before, true);
  }

  /** The channel has been heard all the time, and everything that was published before this has come. */
  check(stored: Position | undefined, before: Position | undefined): void {
    this.#compare(stored, before, false);
  }

  /** What the history has after {@link wanted}. */
  addPage(page: KeptPage): void {
    const since = this.#position;
    if (this.#phase !== "fetching" || since === undefined) return;
    const next = this.#held.firstKept?.position;
    const stored = page.position;
    if (stored === undefined || (stored.epoch !== since.epoch && next !== undefined)) {
      this.#giveUp(next);
      return;
    }
    if (stored.epoch !== since.epoch) {
      // The topic was forgotten before it could be read, and has begun anew.
      this.#sink.gap();
      this.#position = { epoch: stored.epoch, offset: 0 };
      return;
    }
    const end = next?.epoch === since.epoch ? next.offset : Number.POSITIVE_INFINITY;
    const isEnough = this.#deliverUpTo(end, page.publications) || page.isComplete;
    if (isEnough) this.#endFetching(next?.epoch === since.epoch ? next : undefined, stored);
  }

  clear(): void {
    this.#held.clear();
  }

  /** Answers whether everything before the end has been delivered. */
  #deliverUpTo(end: number, publications: readonly KeptPublication[]): boolean {
    for (const publication of publications) {
      const { offset } = publication.position;
      const known = this.#position?.offset ?? 0;
      if (offset >= end) return true;
      if (offset <= known) continue;
      if (offset !== known + 1) this.#sink.gap();
      this.#advance(publication);
    }
    return (this.#position?.offset ?? 0) >= end - 1;
  }

  #endFetching(next: Position | undefined, stored: Position): void {
    const last = next === undefined ? stored : { epoch: next.epoch, offset: next.offset - 1 };
    if ((this.#position?.offset ?? 0) < last.offset) {
      // What is missing has expired meanwhile.
      this.#sink.gap();
      this.#position = last;
    }
    this.#drain();
  }

  /** Nothing is remembered of what is missing. */
  #giveUp(next: Position | undefined): void {
    this.#sink.gap();
    this.#position = next && { epoch: next.epoch, offset: next.offset - 1 };
    this.#drain();
  }

  #compare(stored: Position | undefined, before: Position | undefined, wasCut: boolean): void {
    if (this.#phase !== "live") return;
    const known = this.#position;
    if (stored !== undefined && known?.epoch === stored.epoch && stored.offset > known.offset) {
      this.#phase = "fetching";
    } else if (known === before) {
      this.#follow(stored, wasCut);
    }
    // Otherwise something came after the answer: had it not been the next one, that would have been noticed.
  }

  /** Nothing has come since the store was asked, and it has nothing newer of the same epoch. */
  #follow(stored: Position | undefined, wasCut: boolean): void {
    const known = this.#position;
    if (stored?.epoch === known?.epoch) {
      if (stored?.offset === known?.offset) return;
      // The store was replaced by an older one.
      this.#sink.gap();
      this.#position = stored;
    } else if (stored !== undefined) {
      this.#fetchFromBeginning(stored.epoch);
    } else {
      if (wasCut) this.#sink.gap();
      this.#position = undefined;
    }
  }

  #drain(): void {
    this.#phase = "live";
    for (;;) {
      const publication = this.#held.shift();
      if (publication === undefined) break;
      if (this.#step(publication)) continue;
      this.#held.unshift(publication);
      return;
    }
    const hasLostKept = this.#held.takeHasLostKept();
    if (this.#held.takeHasLostLoose()) this.#sink.gap();
    if (hasLostKept && this.#position !== undefined) this.#phase = "fetching";
  }

  /** Answers false when others must come before it; then it is `fetching`. */
  #step(publication: Publication): boolean {
    const { position } = publication;
    if (position === undefined) {
      this.#sink.deliver(publication);
      return true;
    }
    const known = this.#position;
    const isSameEpoch = known?.epoch === position.epoch;
    const expected = isSameEpoch ? known.offset + 1 : 1;
    if (position.offset < expected) return true;
    if (position.offset === expected) {
      this.#advance(publication);
      return true;
    }
    if (isSameEpoch) this.#phase = "fetching";
    else this.#fetchFromBeginning(position.epoch);
    return false;
  }

  #fetchFromBeginning(epoch: string): void {
    this.#position = { epoch, offset: 0 };
    this.#phase = "fetching";
  }

  #advance(publication: Publication): void {
    this.#position = publication.position;
    this.#sink.deliver(publication);
  }
}
