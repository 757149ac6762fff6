/** So many values are named in one log line. */
const maxListed = 20;

/** Values for the `wanted` of a refusal, joined with commas; long lists are cut. */
export function describeList(values: readonly string[], whenEmpty: string): string {
  if (values.length === 0) return whenEmpty;
  const listed = values.slice(0, maxListed).join(", ");
  const rest = values.length - maxListed;
  return rest > 0 ? `${listed} and ${rest} more` : listed;
}

/** What kind of value this is, for a TypeError: the value itself may be a secret. */
export function describeKind(value: unknown): string {
  if (value === undefined || value === null || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
