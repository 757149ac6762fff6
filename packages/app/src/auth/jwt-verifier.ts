import { toError } from "@windlass/core";
import {
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
import { optionError } from "../option-error.ts";
import type { AuthenticatedUser } from "./authenticated-user.ts";
import { JwksUnavailableError, jwksKeys } from "./jwks.ts";
import {
  isSecretAlgorithm,
  type JwtAlgorithm,
  publicKey,
  publicKeyAlgorithms,
  secretKey,
} from "./jwt-keys.ts";
import type { ParsedJwtOptions } from "./jwt-options.ts";

/** Longer tokens are not looked at; the head of a request has 4,096 bytes at most by default. */
const maxTokenLength = 8_192;

/** What a user is found by in topics and stores. */
const maxUserIdLength = 255;

/** What became of a token. The reasons are for the log and never contain the token. */
export type CheckedToken =
  | { readonly kind: "user"; readonly user: AuthenticatedUser }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "unavailable"; readonly reason: string; readonly wanted: string };

/** Checks tokens by the options of one application. */
export class JwtVerifier {
  readonly #find: JWTVerifyGetKey;
  readonly #keysFrom: string;
  readonly #options: JWTVerifyOptions;
  readonly #clockToleranceMs: number;
  readonly #userIdClaim: string;

  /** @throws WindlassError `ERR_OPTION_INVALID` */
  constructor(options: ParsedJwtOptions) {
    const { find, algorithms, shownUrl } = keysOf(options);
    const { issuer, audience, clockToleranceMs, userIdClaim } = options;
    this.#find = find;
    this.#keysFrom = shownUrl;
    this.#clockToleranceMs = clockToleranceMs;
    this.#userIdClaim = userIdClaim;
    this.#options = {
      algorithms: [...algorithms],
      clockTolerance: clockToleranceMs / 1_000,
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
    };
  }

  async check(token: string): Promise<CheckedToken> {
    if (token.length > maxTokenLength) {
      return refused(`a token of ${token.length} characters; at most ${maxTokenLength} are read`);
    }
    try {
      const { payload } = await jwtVerify(token, this.#find, this.#options);
      return this.#toUser(payload);
    } catch (error) {
      if (error instanceof JwksUnavailableError) {
        const reason = toError(error.cause).message;
        return { kind: "unavailable", reason, wanted: `a key set at ${this.#keysFrom}` };
      }
      // Anything else is a mistake of ours, which the guard answers with 500.
      if (!(error instanceof errors.JOSEError)) throw error;
      return refused(`${error.code}: ${error.message}`);
    }
  }

  #toUser(claims: JWTPayload): CheckedToken {
    const claim = this.#userIdClaim;
    const given = claims[claim];
    // PHP applications often put the number of a row there.
    const userId = Number.isSafeInteger(given) ? String(given) : given;
    if (typeof userId !== "string" || userId === "" || userId.length > maxUserIdLength) {
      return refused(`no claim "${claim}" of 1 to ${maxUserIdLength} characters`);
    }
    const { jti, iat, exp } = claims;
    const user = {
      userId,
      claims,
      ...(typeof jti === "string" && jti !== "" && { tokenId: jti }),
      ...(iat !== undefined && { issuedAtMs: iat * 1_000 }),
      ...(exp !== undefined && { expiresAtMs: exp * 1_000 + this.#clockToleranceMs }),
    };
    return { kind: "user", user };
  }
}

function refused(reason: string): CheckedToken {
  return { kind: "refused", reason };
}

interface Keys {
  readonly find: JWTVerifyGetKey;
  readonly algorithms: readonly JwtAlgorithm[];
  readonly shownUrl: string;
}

function keysOf({ secret, publicKey: given, jwksUrl, algorithms }: ParsedJwtOptions): Keys {
  const count = [secret, given, jwksUrl].filter((key) => key !== undefined).length;
  if (count !== 1) {
    throw optionError(
      "options of a JWT",
      `expected one of secret, publicKey and jwksUrl; seen ${count}`,
    );
  }
  if (jwksUrl !== undefined) {
    const stranger = algorithms?.find(isSecretAlgorithm);
    if (stranger !== undefined) {
      throw optionError("algorithms", `${stranger} needs a secret, not a jwksUrl`);
    }
    return { ...jwksKeys("jwksUrl", jwksUrl), algorithms: algorithms ?? publicKeyAlgorithms };
  }
  const { key, algorithms: allowed } =
    secret === undefined
      ? publicKey("publicKey", given, algorithms)
      : secretKey("secret", secret, algorithms);
  return { find: async () => key, algorithms: allowed, shownUrl: "" };
}
