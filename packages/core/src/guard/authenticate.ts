import type { User } from "../contract/connection.ts";
import {
  type Guard,
  type GuardContext,
  type Refusal,
  refuse,
  type Verdict,
} from "../contract/guard.ts";
import type { Handshake } from "../contract/handshake.ts";
import { isPromiseLike, type MaybePromise } from "../contract/maybe-promise.ts";
import { describeKind } from "./describe.ts";

/**
 * Says who is at the other end, from a cookie, a token in the query or the like. Returns the user,
 * `null` or `undefined` when there is none (401), or a Refusal to answer something else. Honour
 * `context.signal` when it takes long.
 */
export type Authenticate = (
  handshake: Handshake,
  context: GuardContext,
) => MaybePromise<User | Refusal | null | undefined>;

/**
 * Lets in whom `authenticate` knows and gives the connection its `user`; refuses others with 401
 * `ERR_UNAUTHORIZED`. When `authenticate` answers anything else, such as `true`, `check` throws a
 * TypeError (or rejects with it), and nobody is let in.
 */
export function authenticateGuard(authenticate: Authenticate): Guard {
  return {
    check(handshake, context) {
      const answer: unknown = authenticate(handshake, context);
      // toVerdict throws what then rejects the promise, so the caller sees both in the same way.
      return isPromiseLike(answer) ? Promise.resolve(answer).then(toVerdict) : toVerdict(answer);
    },
  };
}

function toVerdict(answer: unknown): Verdict {
  if (answer === null || answer === undefined) {
    return refuse({
      rule: "authenticate",
      code: "ERR_UNAUTHORIZED",
      seen: "no user",
      wanted: "a user from authenticate()",
    });
  }
  if (isUser(answer)) return { accepted: true, user: answer };
  if (isRefusal(answer)) return answer;
  const kind =
    typeof answer === "object"
      ? `${describeKind(answer)} without a non-empty string "userId"`
      : describeKind(answer);
  throw new TypeError(
    `authenticate() returned ${kind}; wanted { userId: string, ... }, null, or refuse({ rule, seen, wanted }).`,
  );
}

function isUser(answer: unknown): answer is User {
  return (
    typeof answer === "object" &&
    answer !== null &&
    "userId" in answer &&
    typeof answer.userId === "string" &&
    answer.userId !== ""
  );
}

function isRefusal(answer: unknown): answer is Refusal {
  return (
    typeof answer === "object" &&
    answer !== null &&
    "accepted" in answer &&
    answer.accepted === false &&
    "status" in answer &&
    typeof answer.status === "number"
  );
}
