import { guarded, type Report } from "./guarded.ts";

/** Those who want to hear of one thing. One that throws does not keep it from the others. */
export class Listeners<Value> {
  readonly #entries = new Set<{ readonly listener: (value: Value) => void }>();

  get size(): number {
    return this.#entries.size;
  }

  /** @returns removes it */
  add(listener: (value: Value) => void): () => void {
    const entry = { listener };
    this.#entries.add(entry);
    return () => {
      this.#entries.delete(entry);
    };
  }

  /** Calls those who are there now, except who is removed meanwhile. */
  emit(value: Value, report: Report): void {
    for (const entry of [...this.#entries]) {
      if (this.#entries.has(entry)) guarded(() => entry.listener(value), report);
    }
  }
}
