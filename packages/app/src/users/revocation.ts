import { z } from "zod";

/** Which tokens are no longer good. */
export type Revocation = TokenRevocation | UserRevocation;

/** One token. */
export interface TokenRevocation {
  /** The token's `jti`, or the `tokenId` of a signed cookie. */
  readonly tokenId: string;
  /** When the token ends anyway, in milliseconds since 1970: until then it has to be remembered. */
  readonly untilMs: number;
}

/** All tokens of a user that were made before a moment. */
export interface UserRevocation {
  readonly userId: string;
  /**
   * Tokens made earlier than this are no longer good, in milliseconds since 1970. Those of JSON Web
   * Tokens are times of whole seconds, rounded down. Default: now.
   */
  readonly issuedBeforeMs?: number;
  /** When the last of these tokens ends, in milliseconds since 1970. Default: as late as possible. */
  readonly untilMs?: number;
}

/** What is known of a token, to find out whether it was revoked. */
export interface TokenIdentity {
  readonly userId: string;
  readonly tokenId: string | undefined;
  readonly issuedAtMs: number | undefined;
}

/** A revocation as nodes send it to each other. */
export type RevocationMessage = Required<TokenRevocation> | Required<UserRevocation>;

const messageSchema = z.union([
  z.object({ tokenId: z.string().min(1), untilMs: z.number() }),
  z.object({ userId: z.string().min(1), issuedBeforeMs: z.number(), untilMs: z.number() }),
]);

/** A message of another node, which may be of another version; `undefined` when it is none. */
export function readRevocation(control: unknown): RevocationMessage | undefined {
  return messageSchema.safeParse(control).data;
}

/** Whether a revocation is about a token. A token that does not say when it was made counts as old. */
export function concerns(revocation: RevocationMessage, token: TokenIdentity): boolean {
  if ("tokenId" in revocation) return revocation.tokenId === token.tokenId;
  const { issuedAtMs = Number.NEGATIVE_INFINITY } = token;
  return revocation.userId === token.userId && issuedAtMs < revocation.issuedBeforeMs;
}
