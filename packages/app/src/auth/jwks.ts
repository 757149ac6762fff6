import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from "jose";
import { optionError } from "../option-error.ts";

/** How long the key set is used before it is fetched again. */
const cacheMaxAgeMs = 600_000;
/** A token with an unknown key has the set fetched again, but not more often. */
const cooldownMs = 30_000;
/** After a failure nothing is fetched for so long: every handshake would try again. */
const failurePauseMs = 1_000;
const timeoutMs = 5_000;
/** Far above what any provider answers. */
const maxKeys = 1_000;

/** The key set cannot be had, which says nothing about the token. */
export class JwksUnavailableError extends Error {
  override readonly name = "JwksUnavailableError";
}

/** The keys of a remote set. */
export interface JwksKeys {
  readonly find: JWTVerifyGetKey;
  /** The address as it may be logged: without a query, which may have a key in it. */
  readonly shownUrl: string;
}

/** @throws WindlassError `ERR_OPTION_INVALID` */
export function jwksKeys(option: string, given: unknown): JwksKeys {
  const url = typeof given === "string" && URL.canParse(given) ? new URL(given) : given;
  if (!(url instanceof URL) || !/^https?:$/.test(url.protocol) || url.username !== "") {
    const example = '"https://example.com/jwks.json", without user and password';
    throw optionError(option, `expected an address such as ${example}`);
  }
  const keys = createRemoteJWKSet(url, {
    cacheMaxAge: cacheMaxAgeMs,
    cooldownDuration: cooldownMs,
    timeoutDuration: timeoutMs,
    [customFetch]: pausing(fetchKeySet),
  });
  return {
    shownUrl: url.origin + url.pathname,
    async find(header, token) {
      try {
        return await keys(header, token);
      } catch (error) {
        if (isAboutToken(error)) throw error;
        throw new JwksUnavailableError("the key set cannot be used", { cause: error });
      }
    },
  };
}

function isAboutToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

type FetchKeySet = (url: string, options: RequestInit) => Promise<Response>;

/** All that can be wrong with the answer shows here, so that the pause covers it. */
async function fetchKeySet(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options);
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the key set was answered with ${response.status}`);
  }
  const set: unknown = await response.json();
  const keys: unknown = typeof set === "object" && set !== null && Reflect.get(set, "keys");
  if (!Array.isArray(keys) || keys.length > maxKeys) throw new Error("the answer is no key set");
  return Response.json(set);
}

function pausing(fetchSet: FetchKeySet): FetchKeySet {
  let failure: unknown;
  let pausedUntilMs = 0;
  return async (url, options) => {
    if (performance.now() < pausedUntilMs) throw failure;
    try {
      return await fetchSet(url, options);
    } catch (error) {
      failure = error;
      pausedUntilMs = performance.now() + failurePauseMs;
      throw error;
    }
  };
}
