import { type Refusal, refuse } from "@windlass/core";

/** Seconds after which a client may try again: the service that failed is asked again by then. */
const retryAfter: Readonly<Record<string, string>> = Object.freeze({ "Retry-After": "5" });

/** Somebody who could not be recognised: 401. `seen` must not contain the token. */
export function unauthorized(rule: string, seen: string, wanted: string): Refusal {
  return refuse({ rule, code: "ERR_UNAUTHORIZED", seen, wanted });
}

/** What is needed to decide cannot be reached, which is not the client's fault: 503. */
export function unavailable(rule: string, seen: string, wanted: string): Refusal {
  return refuse({
    rule,
    code: "ERR_GUARD_FAILED",
    status: 503,
    seen,
    wanted,
    headers: retryAfter,
  });
}
