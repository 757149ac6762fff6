import { errorCatalogue } from "../contract/error-catalogue.ts";
import {
  type Acceptance,
  accept,
  type Guard,
  type Refusal,
  refuse,
  type Verdict,
} from "../contract/guard.ts";
import { describeKind } from "./describe.ts";

/** Whether a guard really answered with a verdict. */
export function isVerdict(answer: unknown): answer is Verdict {
  return (
    typeof answer === "object" &&
    answer !== null &&
    "accepted" in answer &&
    (answer.accepted === true || (answer.accepted === false && isRefusal(answer)))
  );
}

/** A refusal made by hand may lack what the answer is written from. */
function isRefusal(answer: object): boolean {
  const { code, rule, seen, wanted, status } = answer as Partial<Refusal>;
  const texts = [rule, seen, wanted];
  return (
    texts.every((text) => typeof text === "string") &&
    typeof status === "number" &&
    typeof code === "string" &&
    Object.hasOwn(errorCatalogue, code)
  );
}

/**
 * What the guard at `index` answered, when it is a verdict.
 *
 * @throws TypeError otherwise: forgetting to answer must not let anybody in.
 */
export function toVerdict(answer: unknown, guard: Guard | undefined, index: number): Verdict {
  // A refusal made by hand goes through the checks of refuse(), like any other.
  if (isVerdict(answer)) return answer.accepted ? answer : refuse(answer);
  const name = guard?.constructor.name ?? "Object";
  const which = name === "Object" ? `Guard ${index + 1}` : `Guard ${index + 1} (${name})`;
  const kind =
    typeof answer === "object" && answer !== null
      ? `${describeKind(answer)} that is no verdict`
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
