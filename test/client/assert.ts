/** Assertions that need no test runner, so that they work in every runtime. */

/** Fails with this sentence unless the condition holds. */
export function check(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence);
}

/** Fails unless both are the same: by value for lists, plain objects, dates and bigints. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  const [seen, wanted] = [textOf(actual), textOf(expected)];
  if (seen !== wanted) throw new Error(`${what}: seen ${cut(seen)}; wanted ${cut(wanted)}`);
}

/** An error as the client reports it. */
interface CodedError {
  readonly code: string;
  readonly message: string;
  readonly details?: unknown;
}

/** What a promise is rejected with; fails when it is not. */
export async function rejection(promise: Promise<unknown>, what: string): Promise<CodedError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error && "code" in error) return error as Error & CodedError;
    throw new Error(`${what}: rejected without a code: ${error}`, { cause: error });
  }
  throw new Error(`${what}: resolved; wanted a rejection`);
}

/** How many promises were fulfilled, and how many rejected with which code. */
export async function outcomes(
  promises: readonly Promise<unknown>[],
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const result of await Promise.allSettled(promises)) {
    const key = result.status === "fulfilled" ? "fulfilled" : String(codeOf(result.reason));
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

function codeOf(reason: unknown): unknown {
  return reason instanceof Error && "code" in reason ? reason.code : reason;
}

/** JSON with what JSON leaves out; the same text for the same value. */
function textOf(value: unknown): string {
  if (value === undefined) return "undefined";
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Date) return `Date(${value.toISOString()})`;
  if (Array.isArray(value)) return `[${value.map(textOf).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? String(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${name}:${textOf(member)}`).join(",")}}`;
}

function cut(text: string): string {
  return text.length <= 400 ? text : `${text.slice(0, 400)}... (${text.length} characters)`;
}
