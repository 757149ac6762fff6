import { TokenBucket, type TokenRate } from "@windlass/core";
import type { CompiledHandler } from "./handler-table.ts";

/** How much of each message's rate one connection has left. */
export class TokenBuckets {
  readonly #buckets = new Map<CompiledHandler, TokenBucket>();

  /** Takes one; answers 0, or the milliseconds until there is one. */
  take(handler: CompiledHandler, rate: TokenRate, nowMs: number): number {
    let bucket = this.#buckets.get(handler);
    if (bucket === undefined) {
      bucket = new TokenBucket(rate, nowMs);
      this.#buckets.set(handler, bucket);
    }
    return bucket.take(nowMs);
  }
}
