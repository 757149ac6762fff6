import type { PushError } from "./push-errors.ts";
import type { PushMatch } from "./routes.ts";
import { inputError } from "./run-operation.ts";

/**
 * The input of a request: what its body or query says, with the parameters of its path and the key of
 * its `Idempotency-Key` header.
 *
 * @throws PushError `ERR_INPUT_INVALID` when something is said twice, or where it has no effect
 */
export function completeInput(
  given: object,
  { route, params }: PushMatch,
  idempotencyKey: string | null,
): object {
  const twice = Object.keys(params).find((name) => Object.hasOwn(given, name));
  if (twice !== undefined) throw wrong(twice, "This is in the path already");
  const input = { ...given, ...params };
  if (idempotencyKey === null) return input;
  const { endpoint } = route;
  if (endpoint === "batch") {
    throw wrong("operations", "Give each operation its idempotencyKey, instead of the header");
  }
  if (endpoint === "document" || !endpoint.isIdempotent) return input;
  if (Object.hasOwn(given, "idempotencyKey")) {
    throw wrong("idempotencyKey", "There is an Idempotency-Key header already");
  }
  return { ...input, idempotencyKey };
}

function wrong(member: string, message: string): PushError {
  return inputError([{ path: [member], message }]);
}
