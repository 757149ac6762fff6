import type { z } from "zod";
import type { JsonSchema } from "./json-schema.ts";
import { plainJson } from "./plain-json.ts";

type Mutable = Record<string, unknown>;

/** Takes out of a converted schema what would make the document wrong, rather than merely less exact. */
export function mendSchema(
  zodSchema: z.core.$ZodTypes,
  jsonSchema: z.core.JSONSchema.BaseSchema,
): void {
  const json = jsonSchema as Mutable;
  for (const [key, value] of Object.entries(json)) {
    if (typeof value === "number" && !Number.isFinite(value)) delete json[key];
  }
  // The fallback of a catch() may be a bigint.
  if ("default" in json && plainJson(json["default"]) === undefined) delete json["default"];
  const flagged = patternsWithFlags(zodSchema);
  if (flagged.length === 0) return;
  // `pattern` has no flags, and without them it would refuse what the schema takes.
  const sources = new Set(flagged.map((pattern) => pattern.source));
  if (sources.has(json["pattern"] as string)) delete json["pattern"];
  const rest = ((json["allOf"] ?? []) as JsonSchema[]).filter(
    ({ pattern }) => pattern === undefined || !sources.has(pattern),
  );
  if (rest.length > 0) json["allOf"] = rest;
  else delete json["allOf"];
  json["x-pattern"] = flagged.map(String).join(" ");
}

function patternsWithFlags(zodSchema: z.core.$ZodTypes): RegExp[] {
  const checks = zodSchema._zod.def.checks ?? [];
  return [zodSchema._zod.def, ...checks.map((check) => check._zod.def)]
    .map((def) => (def as { readonly pattern?: unknown }).pattern)
    .filter((pattern) => pattern instanceof RegExp)
    .filter((pattern) => /[imsv]/.test(pattern.flags));
}
