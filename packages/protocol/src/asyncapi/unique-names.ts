/** Makes names that AsyncAPI takes as keys (letters, digits, `_`, `.`, `-`), each once. */
export class UniqueNames {
  readonly #taken = new Set<string>();

  /** The name wanted, with `-` for what a key cannot have, and a number when it is taken. */
  take(wanted: string): string {
    // Names that begin with "_" are left to zod (`__schema0`) and to JavaScript (`__proto__`).
    const name = wanted.replace(/[^\w.-]/g, "-").replace(/^_+/, "") || "unnamed";
    let unique = name;
    for (let number = 2; this.#taken.has(unique); number += 1) unique = `${name}-${number}`;
    this.#taken.add(unique);
    return unique;
  }
}
