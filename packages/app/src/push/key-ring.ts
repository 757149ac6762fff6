import { createSecretKey, hash, type KeyObject, timingSafeEqual } from "node:crypto";
import { TokenBucket } from "@windlass/core";
import { Nonces } from "./nonces.ts";
import { PushError } from "./push-errors.ts";
import type { ParsedPushKey, ParsedPushOptions, PushPermission } from "./push-options.ts";

/** A key, and what it has been used for. */
export class KeyInUse {
  readonly id: string;
  readonly secret: KeyObject;
  readonly nonces: Nonces;
  readonly #allow: readonly PushPermission[];
  readonly #topics: readonly string[];
  readonly #rate: TokenBucket | undefined;

  constructor(
    key: ParsedPushKey,
    { timestampWindowMs, maxNonces, rateLimit }: ParsedPushOptions,
    nowMs: number,
  ) {
    this.id = key.id;
    this.secret = createSecretKey(key.secret, "latin1");
    this.nonces = new Nonces(timestampWindowMs / 1000, maxNonces);
    this.#allow = key.allow;
    this.#topics = key.topics;
    if (rateLimit !== false) {
      const { requestsPerSecond: perSecond, burst } = rateLimit;
      this.#rate = new TokenBucket({ perSecond, burst }, nowMs);
    }
  }

  /** @throws PushError `ERR_RATE_LIMITED` */
  use(nowMs: number): void {
    const waitMs = this.#rate?.take(nowMs) ?? 0;
    if (waitMs === 0) return;
    const retryAfterSeconds = Math.ceil(waitMs / 1000);
    throw new PushError("ERR_RATE_LIMITED", {
      values: { retryAfterSeconds },
      details: { retryAfterSeconds },
      headers: { "Retry-After": String(retryAfterSeconds) },
      logged: { key: this.id },
    });
  }

  /** @throws PushError `ERR_KEY_FORBIDDEN` */
  mustAllow(permission: PushPermission): void {
    if (this.#allow.includes(permission)) return;
    throw this.#forbidden(`do this, which needs "${permission}"`);
  }

  /** @throws PushError `ERR_KEY_FORBIDDEN` */
  mustKnowTopic(topic: string): void {
    if (this.#topics.some((pattern) => fits(topic, pattern))) return;
    throw this.#forbidden("use this topic");
  }

  #forbidden(what: string): PushError {
    return new PushError("ERR_KEY_FORBIDDEN", { values: { what }, logged: { key: this.id } });
  }
}

function fits(topic: string, pattern: string): boolean {
  return pattern.endsWith("*") ? topic.startsWith(pattern.slice(0, -1)) : topic === pattern;
}

/** The keys of one push API. */
export class KeyRing {
  readonly #byId = new Map<string, KeyInUse>();
  /** What secrets are compared by: their hashes have one length. */
  readonly #bySecretHash: (readonly [Buffer, KeyInUse])[] = [];

  constructor(options: ParsedPushOptions, nowMs: number) {
    for (const key of options.keys) {
      const used = new KeyInUse(key, options, nowMs);
      this.#byId.set(key.id, used);
      this.#bySecretHash.push([hash("sha256", key.secret, "buffer"), used]);
    }
  }

  byId(id: string): KeyInUse | undefined {
    return this.#byId.get(id);
  }

  /** Takes as long for any secret, whether a key has it or not. */
  bySecret(secret: string): KeyInUse | undefined {
    const seen = hash("sha256", secret, "buffer");
    let found: KeyInUse | undefined;
    for (const [wanted, key] of this.#bySecretHash) {
      if (timingSafeEqual(seen, wanted)) found = key;
    }
    return found;
  }
}
