import type { Clock } from "../contract/clock.ts";
import type { PublishReceipt } from "../contract/publication.ts";
import { type Expiring, ExpiryWheel } from "./expiry-wheel.ts";

interface Seen extends Expiring {
  readonly name: string;
  /** What a second publication is answered with. */
  readonly duplicate: PublishReceipt;
  readonly expiresAtMs: number;
}

/** The idempotency keys of publications, each until its window is over; a limited number of them. */
export class IdempotencyKeys {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #onOverflow: () => void;
  /** By topic and key, the oldest first. */
  readonly #seen = new Map<string, Seen>();
  readonly #expiry: ExpiryWheel<Seen>;

  /** @param onOverflow called when a key is forgotten before its time, because there are too many. */
  constructor(clock: Clock, max: number, onOverflow: () => void) {
    this.#clock = clock;
    this.#max = max;
    this.#onOverflow = onOverflow;
    this.#expiry = new ExpiryWheel(clock, ({ name }) => this.#seen.delete(name));
  }

  get size(): number {
    return this.#seen.size;
  }

  /** The receipt for another publication with a key, when there was one within its window. */
  find(topic: string, key: string): PublishReceipt | undefined {
    const seen = this.#seen.get(nameOf(topic, key));
    return seen !== undefined && seen.expiresAtMs > this.#clock.now() ? seen.duplicate : undefined;
  }

  /** Remembers what was published with a key that `find` does not know. */
  add(topic: string, key: string, windowMs: number, receipt: PublishReceipt): void {
    const name = nameOf(topic, key);
    const over = this.#seen.get(name);
    if (over !== undefined) this.#drop(over);
    const expiresAtMs = this.#clock.now() + windowMs;
    const duplicate = Object.freeze({ ...receipt, isDuplicate: true });
    const seen: Seen = { name, duplicate, expiresAtMs, slot: undefined };
    this.#seen.set(name, seen);
    this.#expiry.schedule(seen, expiresAtMs);
    if (this.#seen.size > this.#max) this.#dropOldest();
  }

  clear(): void {
    this.#seen.clear();
    this.#expiry.clear();
  }

  #dropOldest(): void {
    for (const seen of this.#seen.values()) {
      this.#drop(seen);
      if (seen.expiresAtMs > this.#clock.now()) this.#onOverflow();
      return;
    }
  }

  #drop(seen: Seen): void {
    this.#seen.delete(seen.name);
    this.#expiry.cancel(seen);
  }
}

/** No two pairs have the same name, whatever is in them. */
function nameOf(topic: string, key: string): string {
  return `${topic.length} ${topic}${key}`;
}
