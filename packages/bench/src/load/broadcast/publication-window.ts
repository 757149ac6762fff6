/**
 * The messages of one publisher that receivers of this worker still lack: the gate of the closed
 * loop and the clock of the latencies. Messages are numbered from 0.
 */
export class PublicationWindow {
  readonly #size: number;
  readonly #lacking: Int32Array;
  readonly #publishedAt: Float64Array;
  #published = 0;
  #head = 0;

  /** @param size how many messages are remembered; a power of two, more than are outstanding. */
  constructor(size: number) {
    this.#size = size;
    this.#lacking = new Int32Array(size);
    this.#publishedAt = new Float64Array(size);
  }

  /** How many messages have been published: also the number of the next one. */
  get published(): number {
    return this.#published;
  }

  /** Messages from the first one that a receiver lacks up to the last published. */
  get outstanding(): number {
    return this.#published - this.#head;
  }

  /**
   * Notes one more message.
   *
   * @param receivers how many receivers of this worker are to get it.
   * @param at when it was sent or due, in milliseconds of `performance.now()`.
   */
  publish(receivers: number, at: number): void {
    const slot = this.#published & (this.#size - 1);
    this.#lacking[slot] = receivers;
    this.#publishedAt[slot] = at;
    this.#published += 1;
    if (receivers === 0) this.#advance();
  }

  /**
   * One receiver has this message, or will not get it. Once per receiver and message.
   *
   * @returns whether fewer are outstanding now.
   */
  settle(number: number): boolean {
    if (number < this.#head) return false;
    const slot = number & (this.#size - 1);
    const lacking = (this.#lacking[slot] ?? 0) - 1;
    this.#lacking[slot] = lacking;
    if (lacking > 0 || number !== this.#head) return false;
    this.#advance();
    return true;
  }

  /** A receiver whose next message is `next` has left: nothing more is awaited from it. */
  leave(next: number): void {
    const published = this.#published;
    for (let number = Math.max(next, this.#head); number < published; number += 1) {
      this.settle(number);
    }
  }

  /** Waits no longer for any message published so far. */
  writeOff(): void {
    this.#head = this.#published;
  }

  /** When the message was sent or due; NaN when that is too long ago to be remembered. */
  publishedAt(number: number): number {
    if (this.#published - number > this.#size) return Number.NaN;
    return this.#publishedAt[number & (this.#size - 1)] ?? Number.NaN;
  }

  #advance(): void {
    const mask = this.#size - 1;
    while (this.#head < this.#published && (this.#lacking[this.#head & mask] ?? 0) <= 0) {
      this.#head += 1;
    }
  }
}
