import type { z } from "zod";

/** One thing that is wrong with the data of a message. Never holds the value itself. */
export interface DataIssue {
  /** Where: `["users", 2, "name"]`; empty for the data as a whole. */
  readonly path: readonly (string | number)[];
  /** The rule that it breaks, as zod names them: `invalid_type`, `too_big`, `unrecognized_keys`. */
  readonly rule: string;
  /** What is wanted, for people. */
  readonly message: string;
  /** The kind of the value seen: `string`, `number`, `null`, `array`, `object`, `missing`. */
  readonly seen: string;
}

const maxIssues = 10;
const maxKeyLength = 64;

/** What zod found wrong, at most ten of it, without the values. */
export function dataIssues(error: z.core.$ZodError, data: unknown): readonly DataIssue[] {
  return error.issues.slice(0, maxIssues).map((issue) => ({
    path: issue.path.map((key) => (typeof key === "number" ? key : shortened(String(key)))),
    rule: issue.code,
    message: messageOf(issue),
    seen: kindOf(valueAt(data, issue.path)),
  }));
}

/** zod's own sentence, except where it quotes what the sender wrote. */
function messageOf(issue: z.core.$ZodIssue): string {
  return issue.code === "unrecognized_keys" ? `Unknown keys: ${issue.keys.length}` : issue.message;
}

/** Keys of records are the sender's: they are shown, but not at any length. */
function shortened(key: string): string {
  return key.length > maxKeyLength ? `${key.slice(0, maxKeyLength)}…` : key;
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
