import type { CompiledHandler, Rate } from "./handler-table.ts";

interface Bucket {
  tokens: number;
  updatedMs: number;
}

/** How much of each message's rate one connection has left. */
export class TokenBuckets {
  readonly #buckets = new Map<CompiledHandler, Bucket>();

  /** Takes one; answers 0, or the milliseconds until there is one. */
  take(handler: CompiledHandler, rate: Rate, nowMs: number): number {
    let bucket = this.#buckets.get(handler);
    if (bucket === undefined) {
      bucket = { tokens: rate.burst, updatedMs: nowMs };
      this.#buckets.set(handler, bucket);
    }
    const refill = ((nowMs - bucket.updatedMs) / 1000) * rate.perSecond;
    bucket.tokens = Math.min(rate.burst, bucket.tokens + refill);
    bucket.updatedMs = nowMs;
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) / rate.perSecond) * 1000);
    bucket.tokens -= 1;
    return 0;
  }
}
