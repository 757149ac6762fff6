/** Between values. The engine ends a value at the first CR, so that none has one inside. */
const separator = "\r";

/**
 * Request headers: the names, in lower case and in the order of the request, and the values in one string.
 * They are kept for the life of a connection and looked up a few times, so small beats fast; and clients of
 * one kind send the same names in the same order, so that their lists share the array of names.
 */
export class HeaderList {
  #names: readonly string[];
  #values: string;

  /** The list of what {@link names} and {@link text} of another list were. Default: no headers. */
  constructor(names: readonly string[] = [], text = "") {
    this.#names = names;
    this.#values = text;
  }

  /** A list of headers; `values[i]` belongs to `names[i]`. None may contain CR, which no header can. */
  static of(names: readonly string[], values: readonly string[]): HeaderList {
    return new HeaderList(names, values.join(separator));
  }

  /** The names in the order of the request, repeated ones too. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** The values in the order of the names, as this class keeps them. */
  get text(): string {
    return this.#values;
  }

  /** Adds a header whose name is in lower case. */
  append(name: string, value: string): void {
    this.#values = this.#names.length === 0 ? value : this.#values + separator + value;
    this.#names = [...this.#names, name];
  }

  /** Repeated headers are joined as RFC 9110 section 5.3 says, cookies as RFC 6265 section 5.4 does. */
  get(name: string): string | null {
    const names = this.#names;
    // Almost always asked for in lower case.
    let index = names.indexOf(name);
    const wanted = index < 0 ? name.toLowerCase() : name;
    if (wanted !== name) index = names.indexOf(wanted);
    if (index < 0) return null;
    let joined = valueAt(this.#values, index);
    for (index = names.indexOf(wanted, index + 1); index >= 0; ) {
      joined += (wanted === "cookie" ? "; " : ", ") + valueAt(this.#values, index);
      index = names.indexOf(wanted, index + 1);
    }
    return joined;
  }

  has(name: string): boolean {
    return this.#names.includes(name.toLowerCase());
  }

  *entries(): HeadersIterator<[string, string]> {
    for (const name of this.keys()) yield [name, this.get(name) ?? ""];
  }

  *keys(): HeadersIterator<string> {
    yield* new Set(this.#names);
  }

  *values(): HeadersIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): HeadersIterator<[string, string]> {
    return this.entries();
  }
}

type HeadersIterator<T> = Generator<T, undefined, unknown>;

// A function, because a class with private methods costs each of its objects a word.
function valueAt(values: string, index: number): string {
  let start = 0;
  for (let left = index; left > 0; left -= 1) start = values.indexOf(separator, start) + 1;
  const end = values.indexOf(separator, start);
  return end < 0 ? values.slice(start) : values.slice(start, end);
}
