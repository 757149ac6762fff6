/** What became of a nonce: it is taken now, it was taken before, or it is too old to know. */
export type NonceClaim = "taken" | "used" | "forgotten";

/**
 * The nonces of one key that are still good for a replay. They are remembered until their timestamp is
 * out of the window. When there are too many, the oldest second is forgotten, and what was signed then
 * or before is refused from there on: the window gets shorter, but nothing is taken twice.
 */
export class Nonces {
  readonly #windowS: number;
  readonly #max: number;
  readonly #seen = new Set<string>();
  /** The nonces by the second of their timestamp: at most two windows of them. */
  readonly #seconds = new Map<number, string[]>();
  /** What was signed then or before is not known any more. */
  #forgottenS = Number.NEGATIVE_INFINITY;
  #cleanedS = Number.NEGATIVE_INFINITY;

  /** @param windowS how far a timestamp may be from the clock, in seconds @param max how many are remembered */
  constructor(windowS: number, max: number) {
    this.#windowS = windowS;
    this.#max = max;
  }

  get size(): number {
    return this.#seen.size;
  }

  /** How old a timestamp may be now, in seconds. */
  windowS(nowS: number): number {
    return Math.min(this.#windowS, Math.max(0, Math.floor(nowS) - this.#forgottenS - 1));
  }

  /** Takes a nonce whose timestamp is in the window. Both times are seconds since 1970. */
  claim(nonce: string, timestampS: number, nowS: number): NonceClaim {
    this.#clean(Math.floor(nowS));
    if (timestampS <= this.#forgottenS) return "forgotten";
    if (this.#seen.has(nonce)) return "used";
    while (this.#seen.size >= this.#max) this.#forgetOldest();
    if (timestampS <= this.#forgottenS) return "forgotten";
    // Copied: what a header was cut out of would stay in memory with it.
    const copy = Buffer.from(nonce, "latin1").toString("latin1");
    this.#seen.add(copy);
    const second = this.#seconds.get(timestampS);
    if (second === undefined) this.#seconds.set(timestampS, [copy]);
    else second.push(copy);
    return "taken";
  }

  /** Lets go of what is out of the window, once a second. */
  #clean(nowS: number): void {
    if (nowS === this.#cleanedS) return;
    this.#cleanedS = nowS;
    for (const second of this.#seconds.keys()) {
      if (second + this.#windowS < nowS) this.#forget(second);
    }
  }

  #forgetOldest(): void {
    this.#forget(Math.min(...this.#seconds.keys()));
  }

  #forget(second: number): void {
    // Also where it is out of the window: the clock may be set back.
    this.#forgottenS = Math.max(this.#forgottenS, second);
    for (const nonce of this.#seconds.get(second) ?? []) this.#seen.delete(nonce);
    this.#seconds.delete(second);
  }
}
