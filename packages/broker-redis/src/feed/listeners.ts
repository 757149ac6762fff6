/** Those who are called with each item, in the order in which they came. */
export class Listeners<Item> {
  readonly #onError: (error: unknown) => void;
  /** Replaced, never changed: a round of calls is not disturbed. */
  #all: readonly ((item: Item) => void)[] = [];

  /** @param onError told when one throws; the others are called all the same */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add(listener: (item: Item) => void): void {
    if (!this.#all.includes(listener)) this.#all = [...this.#all, listener];
  }

  remove(listener: (item: Item) => void): void {
    this.#all = this.#all.filter((other) => other !== listener);
  }

  clear(): void {
    this.#all = [];
  }

  call(item: Item): void {
    const all = this.#all;
    for (const listener of all) {
      // One of those before may have removed it.
      if (all !== this.#all && !this.#all.includes(listener)) continue;
      try {
        listener(item);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
