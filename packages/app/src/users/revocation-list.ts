import { concerns, type RevocationMessage, type TokenIdentity } from "./revocation.ts";

/** The revocations that have not ended, at most a certain number: the oldest make way. */
export class RevocationList {
  readonly #max: number;
  /** By what they are about, those that came first in front. */
  readonly #revocations = new Map<string, RevocationMessage>();

  /** @param max at least 1 */
  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#revocations.size;
  }

  /** Returns whether another one, which has not ended, had to make way. */
  add(revocation: RevocationMessage, nowMs: number): boolean {
    if (revocation.untilMs <= nowMs) return false;
    const key = keyOf(revocation);
    const known = this.#revocations.get(key);
    this.#revocations.delete(key);
    this.#revocations.set(key, known === undefined ? revocation : stricter(known, revocation));
    if (this.#revocations.size <= this.#max) return false;
    this.#forgetEnded(nowMs);
    const [oldest] = this.#revocations.keys();
    if (this.#revocations.size <= this.#max || oldest === undefined) return false;
    return this.#revocations.delete(oldest);
  }

  isRevoked(token: TokenIdentity, nowMs: number): boolean {
    const keys = [userKey(token.userId)];
    if (token.tokenId !== undefined) keys.push(tokenKey(token.tokenId));
    return keys.some((key) => {
      const revocation = this.#revocations.get(key);
      return revocation !== undefined && revocation.untilMs > nowMs && concerns(revocation, token);
    });
  }

  #forgetEnded(nowMs: number): void {
    for (const [key, { untilMs }] of this.#revocations) {
      if (untilMs <= nowMs) this.#revocations.delete(key);
    }
  }
}

/** What both say: a later revocation takes nothing of an earlier one back. */
function stricter(one: RevocationMessage, other: RevocationMessage): RevocationMessage {
  const untilMs = Math.max(one.untilMs, other.untilMs);
  if (!("userId" in one && "userId" in other)) return { ...other, untilMs };
  return { ...other, untilMs, issuedBeforeMs: Math.max(one.issuedBeforeMs, other.issuedBeforeMs) };
}

function keyOf(revocation: RevocationMessage): string {
  return "tokenId" in revocation ? tokenKey(revocation.tokenId) : userKey(revocation.userId);
}

const tokenKey = (tokenId: string): string => `token ${tokenId}`;
const userKey = (userId: string): string => `user ${userId}`;
