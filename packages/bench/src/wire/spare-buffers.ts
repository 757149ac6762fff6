const SMALLEST_BYTES = 1024;

/**
 * Buffers for messages that reads cut, lent in turn to all connections of a worker: at any moment
 * few connections are within a message, so keeping a buffer for each would waste memory, and making
 * one for each message would keep the garbage collector busy.
 */
export class SpareBuffers {
  readonly #idle: Buffer[] = [];
  readonly #maxIdle: number;

  /** `maxIdle`: how many are kept. */
  constructor(maxIdle = 64) {
    this.#maxIdle = maxIdle;
  }

  /** A buffer of at least `bytes`, with anything in it. */
  take(bytes: number): Buffer {
    const last = this.#idle.pop();
    if (last !== undefined && last.length >= bytes) return last;
    return Buffer.allocUnsafeSlow(Math.max(SMALLEST_BYTES, 2 ** Math.ceil(Math.log2(bytes))));
  }

  giveBack(buffer: Buffer): void {
    if (this.#idle.length < this.#maxIdle) this.#idle.push(buffer);
  }
}
