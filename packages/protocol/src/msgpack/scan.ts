import { FrameError } from "../frame-codec.ts";
import { forbiddenKey, tooDeep } from "../plain-value.ts";
import { type Form, forms } from "./forms.ts";
import { isUtf8 } from "./utf8.ts";

/**
 * Reads the structure of one MessagePack value and makes nothing of it, so that a decoder need not
 * mistrust it. Takes time in proportion to the bytes, and memory to `maxDepth`.
 *
 * The library allots lists by what their headers claim. Here each of their items has been seen, at
 * a byte or more, so that all lists together have no more places than there are bytes. A claim that
 * the bytes cannot hold is refused at its header; the claims of all that is open count together.
 *
 * @returns whether a key is `constructor`, which only matters together with its value
 * @throws FrameError
 */
export function scan(bytes: Uint8Array, maxDepth: number): { readonly hasConstructor: boolean } {
  return { hasConstructor: new Scanner(bytes, maxDepth).run() };
}

const spellingOf = (key: string): Uint8Array =>
  Uint8Array.from(key, (letter) => letter.charCodeAt(0));
const protoKey = spellingOf("__proto__");
const constructorKey = spellingOf("constructor");

class Scanner {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #maxDepth: number;
  #at = 0;
  #hasConstructor = false;
  /** Items that must still come, in all that is open. */
  #owed = 1;
  /** The same for each list and map that is open, the innermost last; keys and values count each. */
  readonly #left: number[] = [];
  readonly #isMap: boolean[] = [];

  constructor(bytes: Uint8Array, maxDepth: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#maxDepth = maxDepth;
  }

  run(): boolean {
    while (this.#owed > 0) this.#item();
    if (this.#at < this.#bytes.length) throw new FrameError("something follows its end");
    return this.#hasConstructor;
  }

  #item(): void {
    const isKey = this.#takesKey();
    this.#owed -= 1;
    const form = forms[this.#bytes[this.#advance(1)] as number] as Form;
    if (isKey && form.kind !== "string") throw new FrameError("it has a key that is no string");
    const size = form.sizeBytes === 0 ? form.size : this.#size(form.sizeBytes);
    switch (form.kind) {
      case "list":
        this.#open(size, false);
        break;
      case "map":
        this.#open(2 * size, true);
        break;
      case "string":
        this.#string(this.#advance(size), isKey);
        break;
      case "extension":
        throw new FrameError("it has an extension type, which this protocol does not use");
      case "unused":
        throw new FrameError("it is not MessagePack: it has the byte C1");
      case "scalar":
      case "bytes":
        this.#advance(size);
        break;
      default:
        this.#number(form.kind, this.#advance(size));
    }
  }

  /** Whether the next item is the key of a map; closes what is complete before it. */
  #takesKey(): boolean {
    while (this.#left.at(-1) === 0) {
      this.#left.pop();
      this.#isMap.pop();
    }
    const top = this.#left.length - 1;
    if (top < 0) return false;
    const left = this.#left[top] as number;
    this.#left[top] = left - 1;
    return this.#isMap[top] === true && left % 2 === 0;
  }

  /** Goes on by so many bytes, and answers where they begin. */
  #advance(size: number): number {
    const start = this.#at;
    if (size > this.#bytes.length - start) throw tooShort();
    this.#at = start + size;
    return start;
  }

  #size(sizeBytes: number): number {
    const start = this.#advance(sizeBytes);
    if (sizeBytes === 1) return this.#view.getUint8(start);
    return sizeBytes === 2 ? this.#view.getUint16(start) : this.#view.getUint32(start);
  }

  #open(items: number, isMap: boolean): void {
    if (this.#left.length >= this.#maxDepth) throw tooDeep();
    this.#owed += items;
    if (this.#owed > this.#bytes.length - this.#at) throw tooShort();
    this.#left.push(items);
    this.#isMap.push(isMap);
  }

  #string(start: number, isKey: boolean): void {
    if (!isUtf8(this.#bytes, start, this.#at)) {
      throw new FrameError("it has a string that is no UTF-8");
    }
    if (!isKey) return;
    if (this.#spells(protoKey, start)) throw forbiddenKey("__proto__");
    if (this.#spells(constructorKey, start)) this.#hasConstructor = true;
  }

  /** Whether the bytes from `start` to here are those of a key. */
  #spells(key: Uint8Array, start: number): boolean {
    if (this.#at - start !== key.length) return false;
    return key.every((byte, index) => byte === this.#bytes[start + index]);
  }

  #number(kind: "uint64" | "int64" | "float32" | "float64", start: number): void {
    const value = this.#valueOf(kind, start);
    if (!Number.isFinite(value)) throw new FrameError("it has a number that is not finite");
    if (kind.startsWith("float") || Number.isSafeInteger(value)) return;
    throw new FrameError("it has an integer beyond 9007199254740991");
  }

  #valueOf(kind: "uint64" | "int64" | "float32" | "float64", start: number): number {
    switch (kind) {
      case "float32":
        return this.#view.getFloat32(start);
      case "float64":
        return this.#view.getFloat64(start);
      case "uint64":
        return this.#view.getUint32(start) * 2 ** 32 + this.#view.getUint32(start + 4);
      case "int64":
        return this.#view.getInt32(start) * 2 ** 32 + this.#view.getUint32(start + 4);
    }
  }
}

function tooShort(): FrameError {
  return new FrameError("it ends too early");
}
