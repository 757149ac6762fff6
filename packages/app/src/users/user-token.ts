import type { User } from "@windlass/core";
import type { TokenIdentity } from "./revocation.ts";

/** What the framework wants to know of a user that an `authenticate` returned. */
export interface UserToken extends TokenIdentity {
  /** Infinite for a token that does not end. */
  readonly expiresAtMs: number;
}

/**
 * Reads a user, whose other members may come from anybody's `authenticate`.
 *
 * @throws TypeError when a member that decides how long the user is let in is not of its type
 */
export function toUserToken(user: User): UserToken {
  const tokenId = memberOf(user, "tokenId", "string");
  const issuedAtMs = memberOf(user, "issuedAtMs", "number");
  const expiresAtMs = memberOf(user, "expiresAtMs", "number") ?? Number.POSITIVE_INFINITY;
  return { userId: user.userId, tokenId, issuedAtMs, expiresAtMs };
}

interface Members {
  readonly string: string;
  readonly number: number;
}

function memberOf<Type extends keyof Members>(
  user: User,
  name: string,
  type: Type,
): Members[Type] | undefined {
  const value: unknown = Reflect.get(user, name);
  if (value === undefined) return undefined;
  // Compared with anything, NaN would keep the user for ever.
  if (typeof value === type && !Number.isNaN(value)) return value as Members[Type];
  throw new TypeError(`authenticate() returned a user whose ${name} is no ${type}`);
}
