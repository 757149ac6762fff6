import type { Clock } from "../contract/clock.ts";

/** What can be scheduled: it keeps for the wheel where it is. */
export interface Expiring {
  /** The wheel's own; `undefined` when it is not scheduled. */
  slot: number | undefined;
}

/** How long a slot is: so late may something be let go of. */
const slotMs = 1_000;
/** So many at once do not keep the process from other work. */
const maxPerTick = 5_000;

/**
 * Calls for many things when their time has come, with a single timer that runs only while there is
 * something to wait for. Up to a second late; who needs to be exact looks at the time itself.
 */
export class ExpiryWheel<Item extends Expiring> {
  readonly #clock: Clock;
  readonly #onDue: (item: Item, nowMs: number) => void;
  readonly #slots = new Map<number, Set<Item>>();
  #size = 0;
  /** The slot that is looked at next. */
  #next = 0;
  #stopTimer: (() => void) | undefined;

  /** @param onDue may schedule the item again. Must not throw. */
  constructor(clock: Clock, onDue: (item: Item, nowMs: number) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Things that wait. */
  get size(): number {
    return this.#size;
  }

  /** Schedules an item; one that is scheduled already is moved. */
  schedule(item: Item, dueAtMs: number): void {
    if (this.#stopTimer === undefined) {
      this.#next = slotOf(this.#clock.now());
      this.#startTimer(slotMs);
    }
    const slot = Math.max(slotOf(dueAtMs), this.#next);
    if (item.slot === slot) return;
    this.#take(item);
    const items = this.#slots.get(slot);
    if (items === undefined) this.#slots.set(slot, new Set([item]));
    else items.add(item);
    item.slot = slot;
    this.#size += 1;
  }

  cancel(item: Item): void {
    this.#take(item);
    if (this.#size === 0) this.#stop();
  }

  /** Nothing waits any more. */
  clear(): void {
    this.#slots.clear();
    this.#size = 0;
    this.#stop();
  }

  #take(item: Item): void {
    const { slot } = item;
    if (slot === undefined) return;
    const items = this.#slots.get(slot);
    items?.delete(item);
    if (items?.size === 0) this.#slots.delete(slot);
    item.slot = undefined;
    this.#size -= 1;
  }

  #tick(): void {
    const nowMs = this.#clock.now();
    const current = Math.floor(nowMs / slotMs);
    let left = maxPerTick;
    for (; this.#next <= current; this.#next += 1) {
      for (const item of this.#slots.get(this.#next) ?? []) {
        if (left === 0) {
          this.#startTimer(1);
          return;
        }
        left -= 1;
        this.#take(item);
        this.#onDue(item, nowMs);
      }
    }
    if (this.#size === 0) this.#stop();
    else this.#startTimer(slotMs);
  }

  #startTimer(delayMs: number): void {
    this.#stopTimer = this.#clock.after(delayMs, () => this.#tick());
  }

  #stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}

/** The slot that begins when everything that is due by then may be let go of. */
function slotOf(dueAtMs: number): number {
  return Math.floor(dueAtMs / slotMs) + 1;
}
