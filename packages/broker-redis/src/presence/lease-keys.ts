/**
 * The names of what is kept about nodes. A node holds a lease as long as it gives signs of life; one that was
 * taken for dead gets another when it is back, so that what is cleared away after the first cannot be that of
 * the second.
 */
export class LeaseKeys {
  /** All are in one slot. */
  readonly tag: string = "nodes";
  readonly #base: string;

  constructor(prefix: string) {
    this.#base = `${prefix}{${this.tag}}:`;
  }

  /** Sorted set of the leases, each with the time of its last sign of life. */
  get alive(): string {
    return `${this.#base}alive`;
  }

  /** Sorted set of the leases that have ended without a word, each with the time when a node took it on. */
  get dead(): string {
    return `${this.#base}dead`;
  }

  /** Set of the topics on which connections of a lease may be. */
  topicsOf(lease: string): string {
    return `${this.#base}topics:${lease}`;
  }
}
