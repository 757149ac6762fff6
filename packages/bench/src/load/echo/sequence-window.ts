import type { MessageTally } from "../fleet/message-tally.ts";

/** `receive` found nothing new: the message came before, or cannot be one that was sent. */
export const NOT_NEW = -1;

/**
 * The messages of one connection and what came back of them. Messages are numbered from 0; a
 * payload says its number modulo `size`, and the number itself follows from what is outstanding.
 *
 * Replies are due in order. One that is skipped counts as missing at once, and if it comes after
 * all, as a reply that is out of order. Only messages from `base` on count.
 */
export class SequenceWindow {
  readonly #size: number;
  readonly #tally: MessageTally;
  #base = 0;
  #sent = 0;
  /** All messages before this one are settled: answered or missing. */
  #next = 0;
  /** Which of the last `size` messages are missing; made with the first. */
  #lost: Uint8Array | undefined;

  /** `size`: that of the payload pool, a power of two; at least twice as many as are outstanding. */
  constructor(size: number, tally: MessageTally) {
    this.#size = size;
    this.#tally = tally;
  }

  /** How many were sent: also the number of the next one. */
  get sent(): number {
    return this.#sent;
  }

  get outstanding(): number {
    return this.#sent - this.#next;
  }

  /** The first message that counts. */
  get base(): number {
    return this.#base;
  }

  /** Counts from the next message on. */
  measure(): void {
    this.#base = this.#sent;
  }

  /** `count` more messages are on their way. */
  send(count: number): void {
    const lost = this.#lost;
    if (lost !== undefined) {
      const mask = this.#size - 1;
      for (let index = 0; index < count; index += 1) lost[(this.#sent + index) & mask] = 0;
    }
    this.#sent += count;
    this.#tally.requests += count;
  }

  /**
   * A reply came that says it is `sequence` (modulo size; -1: unreadable). Returns the number of
   * the message it answers, when it is the first answer to it; otherwise `NOT_NEW`.
   */
  receive(sequence: number, intact: boolean): number {
    const next = this.#next;
    const ahead = (sequence - next) & (this.#size - 1);
    const number = next + ahead;
    if (sequence < 0 || number >= this.#sent) return this.#receiveOther(sequence, ahead, intact);
    if (ahead > 0) this.#skip(next, number);
    this.#next = number + 1;
    if (number >= this.#base) {
      this.#tally.replies += 1;
      if (!intact) this.#tally.corrupted += 1;
    }
    return number;
  }

  /** Waits no longer for what is outstanding. */
  giveUp(): void {
    this.#skip(this.#next, this.#sent);
    this.#next = this.#sent;
  }

  /** Neither outstanding nor skipped: a reply that comes late or again, or nonsense. */
  #receiveOther(sequence: number, ahead: number, intact: boolean): number {
    const tally = this.#tally;
    const number = this.#next + ahead - this.#size;
    if (sequence < 0 || number < 0) {
      tally.corrupted += 1;
      return NOT_NEW;
    }
    const isLost = this.#lost?.[sequence] === 1;
    if (isLost && this.#lost !== undefined) this.#lost[sequence] = 0;
    if (number < this.#base) return isLost ? number : NOT_NEW;
    if (!intact) tally.corrupted += 1;
    if (!isLost) {
      tally.duplicated += 1;
      return NOT_NEW;
    }
    tally.missing -= 1;
    tally.outOfOrder += 1;
    tally.replies += 1;
    return number;
  }

  #skip(from: number, to: number): void {
    if (from === to) return;
    this.#lost ??= new Uint8Array(this.#size);
    const lost = this.#lost;
    const mask = this.#size - 1;
    for (let number = from; number < to; number += 1) lost[number & mask] = 1;
    this.#tally.missing += to - Math.max(from, Math.min(to, this.#base));
  }
}
