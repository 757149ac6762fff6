import type { Authenticate } from "@windlass/core";
import { z } from "zod";
import { optionError, parseOptions } from "../option-error.ts";
import { cookieValues } from "./cookie-header.ts";
import { unauthorized } from "./refusals.ts";
import { toSecret } from "./secrets.ts";
import { cookieNameSchema, minKeyBytes, readCookie } from "./signed-cookie.ts";

/** How a route recognises users by a signed cookie. */
export interface CookieAuthenticateOptions {
  /** The name of the cookie. */
  readonly name: string;
  /**
   * What cookies may be signed with, of at least 32 bytes each, the newest first: 1 to 10 keys. To
   * change the key, put a new one in front and take the old one away when its cookies have expired.
   */
  readonly keys: readonly (string | Uint8Array)[];
}

const maxKeys = 10;

const optionsSchema = z.strictObject({ name: cookieNameSchema, keys: z.unknown().optional() });

/**
 * An `authenticate` for routes that recognises users by a cookie that `signCookie()` made. Refuses with
 * 401. Browsers send cookies with connections of any page, so the route's origins decide whose pages
 * may use them.
 *
 * @throws WindlassError `ERR_OPTION_INVALID`
 */
export function cookieAuthenticate(options: CookieAuthenticateOptions): Authenticate {
  const root = "options of cookieAuthenticate()";
  const { name, keys: given } = parseOptions(optionsSchema, options, root);
  if (!Array.isArray(given) || given.length === 0 || given.length > maxKeys) {
    throw optionError(`${root}.keys`, `expected a list of 1 to ${maxKeys} keys`);
  }
  const keys = given.map((key, index) => toSecret(`${root}.keys.${index}`, key, minKeyBytes));
  const wanted = `a signed cookie ${name}`;
  return (handshake) => {
    const [value, ...others] = cookieValues(handshake, name);
    if (value === undefined) return unauthorized("cookie", "no cookie of this name", wanted);
    // A page of a subdomain can add one; it must not choose who somebody is.
    if (others.length > 0) {
      return unauthorized("cookie", `${others.length + 1} cookies of this name`, wanted);
    }
    const user = readCookie(name, value, keys);
    return typeof user === "string" ? unauthorized("cookie", user, wanted) : user;
  };
}
