import { WindlassError } from "@windlass/core";
import type { z } from "zod";

/** Longer values are named by their kind only. */
const maxShownLength = 60;

/** Parses and freezes options. @throws WindlassError `ERR_OPTION_INVALID` naming the option's path. */
export function parseOptions<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  root: string,
): Readonly<z.output<Schema>> {
  const result = schema.safeParse(value);
  if (result.success) return deepFreeze(result.data, value);
  const issue = result.error.issues[0];
  if (issue === undefined) throw result.error;
  throw new WindlassError("ERR_OPTION_INVALID", describeIssue(issue, value, root));
}

/** An option that is wrong for a reason that a schema does not know. */
export function optionError(option: string, problem: string): WindlassError {
  return new WindlassError("ERR_OPTION_INVALID", { option, problem });
}

interface OptionProblem {
  readonly option: string;
  readonly problem: string;
}

function describeIssue(issue: z.core.$ZodIssue, value: unknown, root: string): OptionProblem {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const option = [root, ...path, ...issue.keys.slice(0, 1)].join(".");
    return { option, problem: "there is no such option" };
  }
  const problem = decapitalize(issue.message);
  const option = [root, ...path].filter((part) => part !== "").join(".");
  // Passphrases and secrets are options too, and errors are logged.
  if (path.includes("tls") || path.includes("secret")) return { option, problem };
  return { option, problem: `${problem}; seen ${describeValue(valueAt(value, path))}` };
}

function decapitalize(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = new Map<string, unknown>(Object.entries(current)).get(key);
  }
  return current;
}

function describeValue(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null)
    return Array.isArray(value) ? "an array" : "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > maxShownLength ? `a ${typeof value} of ${text.length} characters` : text;
}

/** Freezes what the schema made itself; what it took as it is (loggers, guards, policies) belongs to the user. */
function deepFreeze<T>(value: T, given: unknown): T {
  if (typeof value !== "object" || value === null || value === given) return value;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value;
  for (const [key, member] of Object.entries(value)) deepFreeze(member, memberOf(given, key));
  return Object.freeze(value);
}

function memberOf(given: unknown, key: string): unknown {
  return typeof given === "object" && given !== null ? Reflect.get(given, key) : undefined;
}
