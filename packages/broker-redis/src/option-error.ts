import { WindlassError } from "@windlass/core";

/** An option is wrong. What may hold a password is not among what is said. */
export function optionError(name: string, problem: string): WindlassError {
  return new WindlassError("ERR_OPTION_INVALID", { option: `RedisBroker: ${name}`, problem });
}
