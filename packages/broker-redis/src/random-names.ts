import { randomBytes } from "node:crypto";

/** Makes names that nobody else makes: random for each maker, then counted, as most of them are never used. */
export class RandomNames {
  readonly #base = randomBytes(9).toString("base64url");
  #count = 0;

  next(): string {
    this.#count += 1;
    return `${this.#base}.${this.#count.toString(36)}`;
  }
}
