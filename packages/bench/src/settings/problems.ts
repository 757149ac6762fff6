import type { z } from "zod";
import { nearestName } from "./nearest-name.ts";

/** What issues are about. */
export interface ProblemContext {
  /** The value that was parsed. */
  readonly value: unknown;
  /** What stands before each path. Default: nothing. */
  readonly root?: string;
  /** Names that an unknown one may have been meant for. */
  readonly names: readonly string[];
  /** How people know a name, such as `--message-bytes`. Default: the path with dots. */
  readonly nameOf?: (path: readonly PropertyKey[]) => string;
  /** What to say of a name that is not known here, instead of a similar one. */
  readonly elsewhere?: (name: string) => string | undefined;
}

/** Longer values are named by their kind only. */
const maxShownLength = 80;

/** One sentence, or a list of all that is wrong. */
export function describeProblems(
  issues: readonly z.core.$ZodIssue[],
  context: ProblemContext,
): string {
  const lines = issues.flatMap((issue) => describeIssue(issue, context));
  const [first, ...more] = lines;
  if (more.length === 0) return `${first}`;
  return `${lines.length} things are wrong:\n${lines.map((line) => `- ${line}`).join("\n")}`;
}

function describeIssue(issue: z.core.$ZodIssue, context: ProblemContext): string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => describeUnknown([...issue.path, key], context));
  }
  const name = nameOf(issue.path, context);
  const { message } = issue;
  if (message.includes("; seen ")) return [`${name}: ${message}.`];
  return [`${name}: ${message}; seen ${describeValue(valueAt(context.value, issue.path))}.`];
}

function describeUnknown(path: readonly PropertyKey[], context: ProblemContext): string {
  const key = String(path.at(-1));
  const name = nameOf(path, context);
  const place = context.elsewhere?.(key);
  if (place !== undefined) return `${name}: ${place}.`;
  const nearest = nearestName(key, context.names);
  if (nearest !== undefined) return `${name}: there is no such name; did you mean ${nearest}?`;
  return `${name}: there is no such name; expected one of ${context.names.join(", ")}.`;
}

function nameOf(path: readonly PropertyKey[], { root, nameOf: spell }: ProblemContext): string {
  if (spell !== undefined) return spell(path);
  return [...(root === undefined ? [] : [root]), ...path.map(String)].join(".");
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      typeof current === "object" && current !== null ? Reflect.get(current, key) : undefined,
    value,
  );
}

function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  return shown.length > maxShownLength ? `a text of ${shown.length} characters` : shown;
}
