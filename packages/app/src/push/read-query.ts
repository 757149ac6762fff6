/** A parameter of a query: where it belongs in the input, and what its text stands for. */
export interface QueryParameter {
  readonly path: readonly [string] | readonly [string, string];
  read(text: string): unknown;
}

const asText = (text: string): string => text;
// What does not fit stays text, for the schema to refuse.
const asNumber = (text: string): unknown => (/^\d{1,16}$/.test(text) ? Number(text) : text);
const asBoolean = (text: string): unknown =>
  text === "true" || text === "false" ? text === "true" : text;

/** What inputs have that may come in a query, by its name there. */
export const queryParameters: ReadonlyMap<string, QueryParameter> = new Map([
  ["sinceEpoch", { path: ["since", "epoch"], read: asText }],
  ["sinceOffset", { path: ["since", "offset"], read: asNumber }],
  ["limit", { path: ["limit"], read: asNumber }],
  ["isReversed", { path: ["isReversed"], read: asBoolean }],
] as const);

/** The input that a query stands for. Whether it is a right one is for its schema to say. */
export function inputFromQuery(query: string): object {
  const members = new Map<string, unknown>();
  for (const [name, text] of new URLSearchParams(query)) {
    const { path, read }: QueryParameter = queryParameters.get(name) ?? {
      path: [name],
      read: asText,
    };
    const [outer, inner] = path;
    const value = read(text);
    if (inner === undefined) members.set(outer, value);
    else members.set(outer, { ...Object(members.get(outer)), [inner]: value });
  }
  return Object.fromEntries(members);
}
