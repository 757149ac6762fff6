import { z } from "zod";
import {
  type JwtAlgorithm,
  type JwtPublicKey,
  publicKeyAlgorithms,
  secretAlgorithms,
} from "./jwt-keys.ts";

/** How JSON Web Tokens are checked. Exactly one of `secret`, `publicKey` and `jwksUrl` is given. */
export interface JwtOptions {
  /** What tokens are signed with, of at least 32 bytes; strings are UTF-8. Only HS256 to HS512. */
  readonly secret?: string | Uint8Array;
  /** The public half of the key that tokens are signed with. Never HS256 to HS512. */
  readonly publicKey?: JwtPublicKey;
  /**
   * The address of a JSON Web Key Set, `http:` or `https:`. It is fetched when it is needed first,
   * then every 10 minutes, and for keys that are not known at most every 30 seconds. Never HS256 to HS512.
   */
  readonly jwksUrl?: string | URL;
  /**
   * Algorithms that are accepted. Default: with a secret HS256, with a public key the usual one of its
   * kind, with a key set all that public keys have.
   */
  readonly algorithms?: readonly JwtAlgorithm[];
  /** Who must have made the token (`iss`), one of them. Default: anybody who has the key. */
  readonly issuer?: string | readonly string[];
  /** For whom the token must be (`aud`), one of them. Default: anybody, and tokens without `aud` too. */
  readonly audience?: string | readonly string[];
  /**
   * How far the clock of whoever makes tokens may differ, in milliseconds: 0 to 600,000. A token is
   * accepted for so much longer. Default: 0.
   */
  readonly clockToleranceMs?: number;
  /** The claim that is the `userId`: a text or a whole number. Default: `"sub"`. */
  readonly userIdClaim?: string;
}

const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
  error: "expected a name, or a list of names",
});

/**
 * The options as zod reads them. Keys are looked at by those who use them, because zod's complaints are
 * shown with the value.
 */
export const jwtOptionShape = {
  secret: z.unknown().optional(),
  publicKey: z.unknown().optional(),
  jwksUrl: z.unknown().optional(),
  algorithms: z
    .array(z.enum([...secretAlgorithms, ...publicKeyAlgorithms]))
    .min(1)
    .optional(),
  issuer: names.optional(),
  audience: names.optional(),
  clockToleranceMs: z.int().min(0).max(600_000).default(0),
  userIdClaim: z.string().min(1).default("sub"),
};

const jwtOptionsSchema = z.strictObject(jwtOptionShape);

/** Parsed and frozen. */
export type ParsedJwtOptions = Readonly<z.output<typeof jwtOptionsSchema>>;
