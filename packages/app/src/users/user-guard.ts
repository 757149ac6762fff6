import {
  type Authenticate,
  authenticateGuard,
  type Disconnect,
  Disconnects,
  type Guard,
  type MemberLimit,
  refuse,
  type Verdict,
} from "@windlass/core";
import { unauthorized, unavailable } from "../auth/refusals.ts";
import type { SeatAnswer, UserRegistry } from "./user-registry.ts";

/**
 * Lets in whom `authenticate` knows, as `authenticateGuard()` does, and counts the connection among
 * those of its user. Refuses with 429 a user who has as many as it may have, and with 503 everybody
 * while it cannot be known how many that are.
 */
export function userGuard(
  authenticate: Authenticate,
  registry: UserRegistry,
  limit: MemberLimit | undefined,
): Guard {
  const recognise = authenticateGuard(authenticate);
  return {
    async check(handshake, context) {
      const verdict = await recognise.check(handshake, context);
      if (!verdict.accepted || verdict.user === undefined) return verdict;
      const answer = await registry.admitHandshake(verdict.user, handshake, limit);
      return toVerdict(answer, verdict, limit);
    },
    release(handshake) {
      const seat = registry.seatOf(handshake);
      if (seat !== undefined) registry.leave(seat);
    },
  };
}

function toVerdict(answer: SeatAnswer, accepted: Verdict, limit: MemberLimit | undefined): Verdict {
  switch (answer.kind) {
    case "seated":
      return accepted;
    case "limit":
      return refuse({
        rule: "connection-limit-per-user",
        code: "ERR_TOO_MANY_CONNECTIONS_OF_USER",
        seen: "a user with as many connections as allowed",
        wanted: `at most ${limit?.max} for each user`,
      });
    case "ended":
      return unauthorized("user", "a user or a token that was sent away", "one that is welcome");
    case "unavailable":
      return unavailable(
        "presence",
        answer.error.message,
        "to know how many connections there are",
      );
    default:
      return answer satisfies never;
  }
}

/** How a connection that is open is told that it is not let in. */
export function toDisconnect(answer: Exclude<SeatAnswer, { readonly kind: "seated" }>): Disconnect {
  switch (answer.kind) {
    case "limit":
      return Disconnects.ConnectionLimit;
    case "ended":
      return answer.disconnect;
    case "unavailable":
      return Disconnects.TryAgainLater;
    default:
      return answer satisfies never;
  }
}
