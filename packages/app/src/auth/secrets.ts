import { optionError } from "../option-error.ts";

/**
 * A secret as bytes; strings are taken as UTF-8. What is wrong is said without showing it.
 *
 * @throws WindlassError `ERR_OPTION_INVALID`
 */
export function toSecret(option: string, given: unknown, minBytes: number): Buffer {
  if (typeof given !== "string" && !(given instanceof Uint8Array)) {
    throw optionError(option, `expected a string or a Uint8Array; seen ${typeof given}`);
  }
  // Copied: nobody changes it afterwards.
  const bytes = Buffer.from(given);
  if (bytes.byteLength >= minBytes) return bytes;
  throw optionError(
    option,
    `expected at least ${minBytes} bytes, made by a random generator; seen ${bytes.byteLength}`,
  );
}
