import type { z } from "zod";

/** What cannot travel, and where in the schema it is. */
export interface SchemaProblem {
  /** `.users[].born` */
  readonly path: string;
  readonly problem: string;
}

/** Types whose values JSON does not have, with what to write instead. */
const unsendable: Readonly<Record<string, string>> = {
  date: "write isoDateTime, a codec of this package, or z.coerce.date()",
  bigint: "write bigintString, a codec of this package",
  map: "write z.record()",
  set: "write z.array()",
  nan: "write z.null()",
  symbol: "write z.string()",
  undefined: "write .optional()",
  void: "write z.null()",
  function: "functions stay where they are",
  promise: "await it before it is sent",
  file: "send its bytes with base64Bytes, a codec of this package",
};

/** Types that cannot run backwards, as `encoded()` does. */
const oneWay: Readonly<Record<string, string>> = {
  transform: "encoded() cannot run a transform backwards; write z.codec() in its place",
  success: "encoded() cannot run z.success() backwards; leave encoded() out",
};

/** Deeper ones are taken for endless: a getter or z.lazy() that makes a new schema at each call. */
const maxSchemaDepth = 200;

interface Place {
  readonly path: string;
  readonly depth: number;
  readonly isEncoded: boolean;
  /** Whether this is what a codec makes of the wire: of any type, but it has to run backwards. */
  readonly isMade: boolean;
  /** Schemas looked at: a recursive one is looked at once, and once more where it is made. */
  readonly seen: Readonly<Record<"sent" | "made", Set<unknown>>>;
}

/**
 * Why the input of a schema has no form in JSON; `undefined` when it has. Schemas that hide what
 * they take (`z.custom`, `z.unknown`, preprocess) are believed.
 *
 * @param isEncoded whether senders run it backwards, which transforms cannot
 */
export function schemaProblem(schema: z.ZodType, isEncoded: boolean): SchemaProblem | undefined {
  const seen = { sent: new Set(), made: new Set() };
  return problemOf(schema, { path: "", depth: 0, isEncoded, isMade: false, seen });
}

type Def = Readonly<Record<string, unknown>> & { readonly type: string; readonly coerce?: boolean };

function problemOf(schema: unknown, place: Place): SchemaProblem | undefined {
  const seen = place.seen[place.isMade ? "made" : "sent"];
  if (seen.has(schema)) return undefined;
  seen.add(schema);
  const { path } = place;
  const def = (schema as { readonly _zod: { readonly def: Def } })._zod.def;
  const problem = ownProblem(def, place);
  if (problem !== undefined) return { path, problem };
  for (const [name, part, isMade] of partsOf(def, place)) {
    const inside = { ...place, path: `${path}${name}`, depth: place.depth + 1, isMade };
    const found = problemOf(part, inside);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What is wrong with a schema whatever is inside it. */
function ownProblem(def: Def, { depth, isEncoded, isMade }: Place): string | undefined {
  if (depth > maxSchemaDepth) {
    return `it is nested deeper than ${maxSchemaDepth} schemas; a getter or z.lazy() must answer the same schema each time`;
  }
  if (isEncoded && def.type in oneWay) return oneWay[def.type];
  if (isMade) return undefined;
  if (def.type === "literal") return literalProblem(def["values"] as readonly unknown[]);
  // Who coerces takes what JSON has; but run backwards, only dates become texts by themselves.
  const isCoerced = def.coerce === true && !(isEncoded && def.type === "bigint");
  const advice = isCoerced ? undefined : unsendable[def.type];
  return advice && `JSON has no value for z.${def.type}(); ${advice}`;
}

function literalProblem(values: readonly unknown[]): string | undefined {
  const index = values.findIndex((value) => typeof value === "bigint" || value === undefined);
  if (index === -1) return undefined;
  const advice = values[index] === undefined ? unsendable["undefined"] : "write a string";
  return `JSON has no value for z.literal(${values[index]}); ${advice}`;
}

type Part = readonly [name: string, schema: unknown, isMade: boolean];

/** The schemas inside another one that say what is on the wire, or have to run backwards. */
function partsOf(def: Def, place: Place): readonly Part[] {
  if (def.type === "pipe") return pipeParts(def, place);
  const parts = innerSchemas(def).filter(([, schema]) => typeof schema === "object" && schema);
  return parts.map(([name, schema]) => [name, schema, place.isMade]);
}

function innerSchemas(def: Def): readonly (readonly [name: string, schema: unknown])[] {
  switch (def.type) {
    case "object":
      return [...named(def["shape"] as object, (key) => `.${key}`), ["[]", def["catchall"]]];
    case "array":
      return [["[]", def["element"]]];
    case "tuple":
      return [...named(def["items"] as object, (index) => `[${index}]`), ["[]", def["rest"]]];
    case "record":
    case "map":
      return [
        ["[key]", def["keyType"]],
        ["[]", def["valueType"]],
      ];
    case "set":
      return [["[]", def["valueType"]]];
    case "union":
      return named(def["options"] as object, () => "");
    case "intersection":
      return [
        ["", def["left"]],
        ["", def["right"]],
      ];
    case "lazy":
      return [["", (def["getter"] as () => unknown)()]];
    default:
      // optional, nullable, default, prefault, catch, readonly, nonoptional, success
      return [["", def["innerType"]]];
  }
}

/** The members of an object or a list, under names made of their keys. */
function named(parts: object, nameOf: (key: string) => string): [name: string, schema: unknown][] {
  return Object.entries(parts).map(([key, schema]) => [nameOf(key), schema]);
}

/** What comes first reads the wire; what follows reads what that made of it. */
function pipeParts(def: Def, { isEncoded, isMade }: Place): readonly Part[] {
  if (!isEncoded) return [["", def["in"], isMade]];
  // What a codec makes is its own affair; without one it is sent as it is.
  const isCodec = def["reverseTransform"] !== undefined;
  return [
    ["", def["in"], isMade],
    ["", def["out"], isMade || isCodec],
  ];
}
