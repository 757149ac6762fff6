import { HeaderList } from "../contract/header-list.ts";
import type { NativeRequest } from "./native.ts";

/** So many orders of names are remembered; clients send what they like, so there must be an end. */
const maxShapes = 256;

/**
 * Copies the headers of requests, one after the other, into memory that is used again: what a handshake
 * leaves to the garbage collector costs more than its work. Lists with the same names share them.
 */
export class HeaderCollector {
  /** Names that requests had, by themselves in one string. */
  readonly #shapes = new Map<string, readonly string[]>();
  /** The names of the request before, which most likely are those of the next one. */
  #expected: readonly string[] = [];
  /** Names of this request, from the first that is not as expected. */
  #names: string[] | undefined;
  readonly #values: string[] = [];
  #count = 0;

  collect(req: NativeRequest): HeaderList {
    this.#count = 0;
    this.#names = undefined;
    req.forEach(this.#append);
    this.#values.length = this.#count;
    if (this.#count < this.#expected.length) this.#names ??= this.#expected.slice(0, this.#count);
    if (this.#names !== undefined) this.#expected = this.#shapeOf(this.#names);
    return HeaderList.of(this.#expected, this.#values);
  }

  readonly #append = (name: string, value: string): void => {
    const at = this.#count;
    if (this.#names !== undefined) this.#names.push(name);
    else if (name !== this.#expected[at]) this.#names = [...this.#expected.slice(0, at), name];
    this.#values[at] = value;
    this.#count = at + 1;
  };

  #shapeOf(names: readonly string[]): readonly string[] {
    const key = names.join(":");
    const known = this.#shapes.get(key);
    if (known !== undefined) return known;
    if (this.#shapes.size < maxShapes) this.#shapes.set(key, names);
    return names;
  }
}
