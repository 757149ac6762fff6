import { type Acceptance, accept, type Guard, type Verdict } from "../contract/guard.ts";
import { describeKind } from "./describe.ts";

/** Whether a guard really answered with a verdict. */
export function isVerdict(answer: unknown): answer is Verdict {
  return (
    typeof answer === "object" &&
    answer !== null &&
    "accepted" in answer &&
    typeof answer.accepted === "boolean"
  );
}

/**
 * What the guard at `index` answered, when it is a verdict.
 *
 * @throws TypeError otherwise: forgetting to answer must not let anybody in.
 */
export function toVerdict(answer: unknown, guard: Guard | undefined, index: number): Verdict {
  if (isVerdict(answer)) return answer;
  const name = guard?.constructor.name ?? "Object";
  const which = name === "Object" ? `Guard ${index + 1}` : `Guard ${index + 1} (${name})`;
  const kind =
    typeof answer === "object" && answer !== null
      ? `${describeKind(answer)} without a boolean "accepted"`
      : describeKind(answer);
  throw new TypeError(
    `${which} returned ${kind} from check(); wanted accept or refuse({ rule, seen, wanted }). The handshake is not let in.`,
  );
}

/** Two acceptances as one: the reports of both, the user of the second if it has one. */
export function mergeAcceptances(first: Acceptance, second: Acceptance): Acceptance {
  if (first === accept) return second;
  if (second === accept) return first;
  const reports = [...(first.reports ?? []), ...(second.reports ?? [])];
  const user = second.user ?? first.user;
  return {
    accepted: true,
    ...(reports.length > 0 && { reports }),
    ...(user !== undefined && { user }),
  };
}
