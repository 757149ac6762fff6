import type { JsonSchema, JsonSchemaOrBoolean } from "../json-schema.ts";
import { schemaObject } from "./document-view.ts";
import { type HtmlValue, html, joined } from "./html.ts";
import { isTuple, typeText, valueText } from "./schema-text.ts";

type Sentence = (value: unknown, schema: JsonSchema) => HtmlValue;

const counted = (value: unknown, noun: string): string =>
  `${value} ${noun}${value === 1 ? "" : "s"}`;
/** Ends of the whole numbers that JSON can hold exactly: true of all of them, and no news. */
const isSafeBound = (value: unknown): boolean =>
  Math.abs(value as number) === Number.MAX_SAFE_INTEGER;
const patternText: Sentence = (value) => html`fits <code>${String(value)}</code>`;

/** What each keyword asks for, in the order in which it is read. */
const sentences: readonly (readonly [keyof JsonSchema, Sentence])[] = [
  ["minLength", (value) => `at least ${counted(value, "character")}`],
  ["maxLength", (value) => `at most ${counted(value, "character")}`],
  ["minimum", (value) => (isSafeBound(value) ? undefined : `at least ${value}`)],
  ["exclusiveMinimum", (value) => `more than ${value}`],
  ["maximum", (value) => (isSafeBound(value) ? undefined : `at most ${value}`)],
  ["exclusiveMaximum", (value) => `less than ${value}`],
  ["multipleOf", (value) => `a multiple of ${value}`],
  [
    "minItems",
    (value, { items }) =>
      isTuple(items) && items.length === value ? undefined : `at least ${counted(value, "item")}`,
  ],
  [
    "maxItems",
    (value, { items }) =>
      isTuple(items) && items.length === value ? undefined : `at most ${counted(value, "item")}`,
  ],
  ["format", (value) => `format ${value}`],
  // Formats have long patterns, and say the same in a word.
  [
    "pattern",
    (value, schema) => (schema.format === undefined ? patternText(value, schema) : undefined),
  ],
  ["x-pattern", patternText],
  [
    "contentEncoding",
    (value, { format }) => (value === format ? undefined : `encoded as ${value}`),
  ],
  ["propertyNames", (value) => keysText(value as JsonSchemaOrBoolean)],
  ["additionalProperties", (value) => (value === false ? "no other members" : undefined)],
  [
    "additionalItems",
    (value) =>
      value === false ? undefined : ["further items: ", typeText(value as JsonSchemaOrBoolean)],
  ],
  ["default", (value) => ["default: ", valueText(value)]],
  ["deprecated", (value) => (value === true ? "deprecated" : undefined)],
];

/** What a value must keep to beside its type; a schema of `components.schemas` says it elsewhere. */
export function rulesOf(schema: JsonSchema): readonly HtmlValue[] {
  const own = sentences
    .map(([keyword, sentence]) =>
      keyword in schema ? sentence(schema[keyword], schema) : undefined,
    )
    .filter((rule) => rule !== undefined);
  const parts = (schema.allOf ?? []).flatMap((part) => rulesOf(schemaObject(part)));
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].map(schemaObject);
  return [...own, ...parts, ...branches.flatMap(branchRule)];
}

function branchRule(branch: JsonSchema): readonly HtmlValue[] {
  const branchRules = rulesOf(branch);
  if (branchRules.length === 0) return [];
  return [["if ", typeText(branch), ": ", joined(branchRules, ", ")]];
}

function keysText(names: JsonSchemaOrBoolean): HtmlValue {
  const schema = schemaObject(names);
  const keyRules = rulesOf(schema);
  if (schema.enum !== undefined) return ["keys: ", typeText(schema)];
  return keyRules.length === 0 ? undefined : ["keys: ", joined(keyRules, ", ")];
}
