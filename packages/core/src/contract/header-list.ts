/**
 * Request headers in one flat array (`name, value, name, value, ...`): a handful of entries that
 * are looked up once or twice, kept for the life of a connection, so small beats fast.
 */
export class HeaderList {
  readonly #entries: string[] = [];

  /** Adds a header whose name is in lower case. Repeated names are joined as RFC 9110 section 5.3 says. */
  append(name: string, value: string): void {
    const index = this.#indexOf(name);
    if (index < 0) this.#entries.push(name, value);
    else {
      // Cookies are the exception: RFC 6265 section 5.4 joins them with a semicolon.
      const separator = name === "cookie" ? "; " : ", ";
      this.#entries[index + 1] = `${this.#entries[index + 1]}${separator}${value}`;
    }
  }

  get(name: string): string | null {
    const index = this.#indexOf(name.toLowerCase());
    return index < 0 ? null : (this.#entries[index + 1] ?? null);
  }

  has(name: string): boolean {
    return this.#indexOf(name.toLowerCase()) >= 0;
  }

  *entries(): HeadersIterator<[string, string]> {
    for (let index = 0; index < this.#entries.length; index += 2) {
      yield [this.#entries[index] ?? "", this.#entries[index + 1] ?? ""];
    }
  }

  *keys(): HeadersIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): HeadersIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): HeadersIterator<[string, string]> {
    return this.entries();
  }

  #indexOf(name: string): number {
    for (let index = 0; index < this.#entries.length; index += 2) {
      if (this.#entries[index] === name) return index;
    }
    return -1;
  }
}

type HeadersIterator<T> = Generator<T, undefined, unknown>;
