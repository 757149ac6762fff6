import { WindlassError } from "../contract/errors.ts";
import type { PublicationAttributes } from "../contract/publication.ts";
import type { TopicPolicy } from "../contract/topics.ts";

/** The attributes of a publication that leaves one connection out, for nodes that do not have it. */
export function attributesFor(
  attributes: PublicationAttributes | undefined,
  except: string | undefined,
): PublicationAttributes | undefined {
  if (except === undefined) return attributes;
  return { ...attributes, exclude: [...(attributes?.exclude ?? []), except] };
}

/** Why a publication that goes through a broker cannot have a `where`. */
export function whereRefused(
  policy: TopicPolicy | undefined,
  isDistributed: boolean,
): WindlassError {
  let reason = "a publication with an idempotency key goes through a broker";
  if (policy?.history !== undefined) reason = "a function cannot be kept in a history";
  if (isDistributed) reason = "a function cannot travel through a broker";
  return new WindlassError("ERR_OPTION_INVALID", {
    option: "where",
    problem: `${reason}; name the connections with "eligible" or "exclude", or use another topic`,
  });
}

/** The app is closed. */
export function closedError(call: string): WindlassError {
  const advice = "publish before close()";
  return new WindlassError("ERR_APP_STATE", { call, state: "closed", advice });
}
