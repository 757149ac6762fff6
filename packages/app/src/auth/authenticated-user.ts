import type { User } from "@windlass/core";

/** A user who was recognised by a token or by a signed cookie. */
export interface AuthenticatedUser extends User {
  /** What else the token says: its claims, or the `data` of the cookie. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Names the token, so that it can be revoked. */
  readonly tokenId?: string;
  /** When the token was made, in milliseconds since 1970. */
  readonly issuedAtMs?: number;
  /** When the token ends, in milliseconds since 1970. The connection is closed with 4005 then. */
  readonly expiresAtMs?: number;
}
