/** What happened, in order, for tests that wait until it has. */
export class Journal<Entry> {
  readonly entries: Entry[] = [];
  readonly #waiting = new Set<() => void>();

  /** Bound, so that it can be handed over as a callback. */
  readonly write = (entry: Entry): void => {
    this.entries.push(entry);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  };

  /** The first entry that fits, now or when it is written. */
  async find(fits: (entry: Entry) => boolean = () => true): Promise<Entry> {
    for (;;) {
      for (const entry of this.entries) if (fits(entry)) return entry;
      await this.#next();
    }
  }

  /** Resolves with all entries when there are at least so many. */
  async count(wanted: number): Promise<readonly Entry[]> {
    while (this.entries.length < wanted) await this.#next();
    return this.entries;
  }

  async #next(): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }
}
