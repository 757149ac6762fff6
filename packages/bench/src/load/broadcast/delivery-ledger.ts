/** Answer of {@link DeliveryLedger.record}: this message was delivered before. */
export const DUPLICATE = -1;
/** Answer of {@link DeliveryLedger.record}: no message with this sequence has been published. */
export const NEVER_PUBLISHED = -2;

/**
 * What each receiver got from each publisher. A link is one pair of the two, numbered from 0;
 * messages are numbered from 0 per publisher, and travel with that number modulo `size`.
 *
 * A message ahead of the next one leaves a gap: those in between are missing until they come late,
 * as out of order. Anything else was there before, or is a late one. What is ahead follows from
 * what has been published; where that is not known, it is what is less than half of `size` away.
 */
export class DeliveryLedger {
  readonly #mask: number;
  readonly #next: Float64Array;
  // Numbers skipped and not seen since; made on the first gap, since most links never have one.
  readonly #gaps = new Map<number, Set<number>>();
  #replies = 0;
  #duplicated = 0;
  #outOfOrder = 0;
  #skipped = 0;

  /** @param size how many sequences there are; a power of two. */
  constructor(links: number, size: number) {
    this.#mask = size - 1;
    this.#next = new Float64Array(links);
  }

  /** Messages delivered, each counted once per link. */
  get replies(): number {
    return this.#replies;
  }

  get duplicated(): number {
    return this.#duplicated;
  }

  get outOfOrder(): number {
    return this.#outOfOrder;
  }

  /** Messages in gaps: a later one came, they did not. */
  get skipped(): number {
    return this.#skipped;
  }

  /** The number after the highest delivered on this link. */
  next(link: number): number {
    return this.#next[link] ?? 0;
  }

  /**
   * Notes a delivery and tells the number of its message, {@link DUPLICATE} or
   * {@link NEVER_PUBLISHED}.
   *
   * @param published how many messages the publisher has sent; Infinity when that is not known.
   */
  record(link: number, sequence: number, published: number): number {
    const next = this.#next[link] ?? 0;
    if ((next & this.#mask) === sequence && next < published) {
      this.#next[link] = next + 1;
      this.#replies += 1;
      return next;
    }
    return this.#recordUnusual(link, next, sequence, published);
  }

  #recordUnusual(link: number, next: number, sequence: number, published: number): number {
    const size = this.#mask + 1;
    const ahead = (sequence - next) & this.#mask;
    const isKnown = published !== Number.POSITIVE_INFINITY;
    const isAhead = isKnown ? next + ahead < published : ahead < size / 2;
    return isAhead ? this.#jump(link, next, next + ahead) : this.#late(link, next + ahead - size);
  }

  #jump(link: number, next: number, number: number): number {
    let gap = this.#gaps.get(link);
    if (gap === undefined) {
      gap = new Set();
      this.#gaps.set(link, gap);
    }
    for (let skipped = next; skipped < number; skipped += 1) gap.add(skipped);
    // A message older than a turn would be taken for a newer one anyway: no use to remember it.
    for (const skipped of gap) {
      if (skipped >= number - this.#mask) break;
      gap.delete(skipped);
    }
    this.#skipped += number - next;
    this.#next[link] = number + 1;
    this.#replies += 1;
    return number;
  }

  #late(link: number, number: number): number {
    if (number < 0) return NEVER_PUBLISHED;
    if (this.#gaps.get(link)?.delete(number) === true) {
      this.#skipped -= 1;
      this.#outOfOrder += 1;
      this.#replies += 1;
      return number;
    }
    this.#duplicated += 1;
    return DUPLICATE;
  }
}
