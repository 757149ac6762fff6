import { type Authenticate, errorCatalogue, type Refusal } from "@windlass/core";

/**
 * Asks one after the other who is there, and takes the first answer that is a user. When nobody knows
 * the user, it answers with the first refusal that is no 401, such as that of a service that is down,
 * else with the last one.
 */
export function firstOf(...authenticates: readonly Authenticate[]): Authenticate {
  return async (handshake, context) => {
    let refusal: Refusal | null = null;
    for (const authenticate of authenticates) {
      const answer = await authenticate(handshake, context);
      if (answer === null || answer === undefined) continue;
      if (!isRefusal(answer)) return answer;
      refusal = moreTelling(refusal, answer);
    }
    return refusal;
  };
}

/** A 401 says no more than that this one did not know the user. */
function moreTelling(first: Refusal | null, second: Refusal): Refusal {
  const isKnown = first !== null && first.status !== errorCatalogue.ERR_UNAUTHORIZED.status;
  return isKnown ? first : second;
}

// Of unknown, because an answer may be anything at all; the guard says so.
function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === "object" && answer !== null && Reflect.get(answer, "accepted") === false;
}
