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
  bigint: "write bigintString, a codec of this package, or z.coerce.bigint()",
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

interface Place {
  readonly path: string;
  readonly isEncoded: boolean;
  /** Schemas above: a recursive one is looked at once. */
  readonly seen: Set<unknown>;
}

/**
 * Why the input of a schema has no form in JSON; `undefined` when it has. Schemas that hide what
 * they take (`z.custom`, `z.unknown`, preprocess) are believed.
 *
 * @param isEncoded whether senders run it backwards, which transforms cannot
 */
export function schemaProblem(schema: z.ZodType, isEncoded: boolean): SchemaProblem | undefined {
  return problemOf(schema, { path: "", isEncoded, seen: new Set() });
}

type Def = Readonly<Record<string, unknown>> & { readonly type: string; readonly coerce?: boolean };

function problemOf(schema: unknown, place: Place): SchemaProblem | undefined {
  if (place.seen.has(schema)) return undefined;
  place.seen.add(schema);
  const def = (schema as { readonly _zod: { readonly def: Def } })._zod.def;
  const advice = def.coerce === true ? undefined : unsendable[def.type];
  if (advice !== undefined) {
    return { path: place.path, problem: `JSON has no value for z.${def.type}(); ${advice}` };
  }
  if (def.type === "transform" && place.isEncoded) {
    return {
      path: place.path,
      problem: "encoded() cannot run a transform backwards; write z.codec() in its place",
    };
  }
  for (const [path, part] of partsOf(def, place.isEncoded)) {
    const problem = problemOf(part, { ...place, path: `${place.path}${path}` });
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The schemas inside another one that say what is on the wire. */
function partsOf(def: Def, isEncoded: boolean): readonly (readonly [string, unknown])[] {
  switch (def.type) {
    case "object":
      return Object.entries(def["shape"] as object).map(([key, part]) => [`.${key}`, part]);
    case "array":
      return [["[]", def["element"]]];
    case "tuple":
      return (def["items"] as readonly unknown[]).map((part, index) => [`[${index}]`, part]);
    case "record":
      return [["[]", def["valueType"]]];
    case "union":
      return (def["options"] as readonly unknown[]).map((part) => ["", part]);
    case "intersection":
      return [
        ["", def["left"]],
        ["", def["right"]],
      ];
    case "pipe":
      // What comes first reads the wire; what follows reads what that made of it.
      return isEncoded && def["transform"] === undefined
        ? [
            ["", def["in"]],
            ["", def["out"]],
          ]
        : [["", def["in"]]];
    case "lazy":
      return [["", (def["getter"] as () => unknown)()]];
    default:
      // optional, nullable, default, prefault, catch, readonly, nonoptional, success
      return "innerType" in def ? [["", def["innerType"]]] : [];
  }
}
