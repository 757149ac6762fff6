import type { Publication } from "@windlass/core";

/** How many bytes of held publications all topics may have together. */
export class HeldBudget {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** False when it is too much. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#maxBytes) return false;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}

/** What one publication counts besides its data. */
const overheadBytes = 100;
const maxPerTopic = 10_000;

/** Publications of one topic that came while earlier ones are still missing, in the order in which they came. */
export class HeldPublications {
  readonly #budget: HeldBudget;
  #held: Publication[] = [];
  #isFull = false;
  #hasLostLoose = false;

  constructor(budget: HeldBudget) {
    this.#budget = budget;
  }

  /** Whether some with a position did not fit since this was last asked: the history has them. */
  takeHasLostKept(): boolean {
    const isFull = this.#isFull;
    this.#isFull = false;
    return isFull;
  }

  /** Whether some without a position did not fit since this was last asked: nobody has them any more. */
  takeHasLostLoose(): boolean {
    const hasLost = this.#hasLostLoose;
    this.#hasLostLoose = false;
    return hasLost;
  }

  /** The first one that has a position. */
  get firstKept(): Publication | undefined {
    return this.#held.find(({ position }) => position !== undefined);
  }

  add(publication: Publication): void {
    // What came after one that did not fit must not be delivered before it.
    const isTooMuch = this.#isFull || this.#held.length >= maxPerTopic;
    if (!isTooMuch && this.#budget.take(bytesOf(publication))) {
      this.#held.push(publication);
    } else {
      this.#isFull = true;
      this.#hasLostLoose ||= publication.position === undefined;
    }
  }

  shift(): Publication | undefined {
    const publication = this.#held.shift();
    if (publication !== undefined) this.#budget.give(bytesOf(publication));
    return publication;
  }

  unshift(publication: Publication): void {
    this.#held.unshift(publication);
    // It has had its place before, or comes alone.
    this.#budget.take(bytesOf(publication));
  }

  /** Drops those of which this is true of the publication and its place in the queue. */
  drop(isUnwanted: (publication: Publication, index: number) => boolean): void {
    this.#held = this.#held.filter((publication, index) => {
      const isDropped = isUnwanted(publication, index);
      if (isDropped) this.#budget.give(bytesOf(publication));
      return !isDropped;
    });
  }

  /** The last place of which this is true; -1 when there is none. */
  findLastIndex(isWanted: (publication: Publication) => boolean): number {
    return this.#held.findLastIndex(isWanted);
  }

  findIndex(isWanted: (publication: Publication) => boolean): number {
    return this.#held.findIndex(isWanted);
  }

  clear(): void {
    this.drop(() => true);
    this.#isFull = false;
    this.#hasLostLoose = false;
  }
}

function bytesOf({ data }: Publication): number {
  return overheadBytes + data.length;
}
