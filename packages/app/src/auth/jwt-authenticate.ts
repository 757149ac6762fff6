import type { Authenticate } from "@windlass/core";
import { z } from "zod";
import { parseOptions } from "../option-error.ts";
import type { AuthenticatedUser } from "./authenticated-user.ts";
import { type JwtOptions, jwtOptionShape } from "./jwt-options.ts";
import { JwtVerifier } from "./jwt-verifier.ts";
import { unauthorized, unavailable } from "./refusals.ts";
import { findToken, isTokenSource, type TokenSource } from "./token-source.ts";

/** How a route recognises users by a JSON Web Token. */
export interface JwtAuthenticateOptions extends JwtOptions {
  /**
   * Where the token is, in the order in which the places are looked at. Browsers send no
   * `Authorization` header, so name another place for them. Default: `["authorization"]`.
   */
  readonly from?: readonly TokenSource[];
}

const optionsSchema = z.strictObject({
  ...jwtOptionShape,
  from: z
    .array(
      z.custom<TokenSource>(
        isTokenSource,
        'expected "authorization", "cookie:<name>", "query:<name>" or "subprotocol:<prefix>"',
      ),
    )
    .min(1)
    .default(["authorization"]),
});

const tokenOptionsSchema = z.strictObject(jwtOptionShape);

/**
 * An `authenticate` for routes that recognises users by a JSON Web Token in the handshake. Refuses with
 * 401, or with 503 when the key set cannot be had.
 *
 * @throws WindlassError `ERR_OPTION_INVALID`
 */
export function jwtAuthenticate(options: JwtAuthenticateOptions): Authenticate {
  const { from, ...jwt } = parseOptions(optionsSchema, options, "options of jwtAuthenticate()");
  const verifier = new JwtVerifier(jwt);
  const wanted = `a token in ${from.join(" or ")}`;
  return async (handshake) => {
    const { token, problem } = findToken(handshake, from);
    if (token === undefined) return unauthorized("jwt", problem ?? "no token", wanted);
    const checked = await verifier.check(token);
    switch (checked.kind) {
      case "user":
        return checked.user;
      case "refused":
        return unauthorized("jwt", checked.reason, "a valid token");
      case "unavailable":
        return unavailable("jwks", checked.reason, checked.wanted);
      default:
        return checked satisfies never;
    }
  };
}

/**
 * An `authenticate` for a ProtocolComponent, whose clients send their token in a message. Answers `null`
 * for a token that is refused.
 *
 * @throws WindlassError `ERR_OPTION_INVALID`; Error (as a rejection) when the key set cannot be had,
 *   which closes the connection with 1011
 */
export function jwtTokenAuthenticate(
  options: JwtOptions,
): (token: string | undefined) => Promise<AuthenticatedUser | null> {
  const parsed = parseOptions(tokenOptionsSchema, options, "options of jwtTokenAuthenticate()");
  const verifier = new JwtVerifier(parsed);
  return async (token) => {
    if (token === undefined) return null;
    const checked = await verifier.check(token);
    if (checked.kind === "unavailable")
      throw new Error(`${checked.reason}; wanted ${checked.wanted}`);
    return checked.kind === "user" ? checked.user : null;
  };
}
