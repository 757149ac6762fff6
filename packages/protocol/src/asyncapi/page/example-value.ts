import type { JsonSchema, JsonSchemaOrBoolean } from "../json-schema.ts";
import { nameIn, schemaObject } from "./document-view.ts";
import { isTuple } from "./schema-text.ts";

/** The schemas that references point to, and those that the example is inside of. */
interface Context {
  readonly shared: Readonly<Record<string, JsonSchema>>;
  readonly above: readonly string[];
}

/**
 * A value that fits a schema, as far as can be told: text for a pattern is only a hint. `undefined`
 * when there is none that ends, as for a list that contains itself.
 */
export function exampleValue(
  schema: JsonSchemaOrBoolean,
  shared: Readonly<Record<string, JsonSchema>>,
): unknown {
  return fittingValue(schema, { shared, above: [] });
}

function fittingValue(schemaOrBoolean: JsonSchemaOrBoolean, context: Context): unknown {
  const schema = schemaObject(schemaOrBoolean);
  const [declared] = declaredValues(schema);
  if (declared !== undefined) return declared;
  if (schema.$ref !== undefined) return referredValue(nameIn(schema.$ref), context);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined) return firstValue(branches, context);
  const type = typeof schema.type === "string" ? schema.type : schema.type?.[0];
  if (type === undefined && schema.allOf !== undefined) return wholeValue(schema.allOf, context);
  if (type === undefined) return schema.not === undefined ? {} : undefined;
  return byType[type]?.(schema, context);
}

/** What the schema itself names, the best first. */
function declaredValues(schema: JsonSchema): readonly unknown[] {
  if ("const" in schema) return [schema.const];
  return [...(schema.examples ?? []), schema.default, ...(schema.enum ?? [])].filter(
    (value) => value !== undefined,
  );
}

function referredValue(name: string, { shared, above }: Context): unknown {
  const target = Object.hasOwn(shared, name) ? shared[name] : undefined;
  if (target === undefined || above.includes(name)) return undefined;
  return fittingValue(target, { shared, above: [...above, name] });
}

function firstValue(branches: readonly JsonSchemaOrBoolean[], context: Context): unknown {
  for (const branch of branches) {
    const value = fittingValue(branch, context);
    if (value !== undefined) return value;
  }
  return undefined;
}

function wholeValue(parts: readonly JsonSchemaOrBoolean[], context: Context): unknown {
  const values = parts.map((part) => fittingValue(part, context));
  const areObjects = values.every((value) => typeof value === "object" && value !== null);
  return areObjects ? Object.assign({}, ...values) : values[0];
}

type Maker = (schema: JsonSchema, context: Context) => unknown;

const byType: Readonly<Record<string, Maker>> = {
  string: textValue,
  number: numberValue,
  integer: numberValue,
  boolean: () => true,
  null: () => null,
  array: listValue,
  object: objectValue,
};

function objectValue(schema: JsonSchema, context: Context): unknown {
  const { properties = {}, required = [], additionalProperties } = schema;
  const entries: [string, unknown][] = [];
  for (const [key, member] of Object.entries(properties)) {
    const value = fittingValue(member, context);
    if (value !== undefined) entries.push([key, value]);
    else if (required.includes(key)) return undefined;
  }
  if (typeof additionalProperties === "object") {
    const others = required.filter((key) => !Object.hasOwn(properties, key));
    const isMap = entries.length === 0 && Object.keys(additionalProperties).length > 0;
    const keys = others.length === 0 && isMap ? [keyOf(schema)] : others;
    const value = fittingValue(additionalProperties, context);
    if (value !== undefined) entries.push(...keys.map((key): [string, unknown] => [key, value]));
  }
  return Object.fromEntries(entries);
}

function keyOf({ propertyNames = {} }: JsonSchema): string {
  const value = fittingValue(propertyNames, { shared: {}, above: [] });
  return typeof value === "string" ? value : "key";
}

function listValue({ items = [], minItems = 0 }: JsonSchema, context: Context): unknown {
  if (isTuple(items)) {
    const values = items.map((item) => fittingValue(item, context));
    return values.includes(undefined) ? undefined : values;
  }
  const value = fittingValue(items, context);
  if (value === undefined) return minItems > 0 ? undefined : [];
  return Array.from({ length: Math.max(1, minItems) }, () => value);
}

/** The first of some numbers that fits. */
function numberValue(schema: JsonSchema): number {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf = 1 } = schema;
  const low = minimum ?? exclusiveMinimum ?? 0;
  const high = maximum ?? exclusiveMaximum ?? low + 2;
  const ofStep = Math.ceil(low / multipleOf) * multipleOf;
  const candidates = [1, low, high, low + 1, high - 1, ofStep, ofStep + multipleOf];
  return [...candidates, (low + high) / 2].find((value) => fitsNumber(value, schema)) ?? low;
}

function fitsNumber(value: number, schema: JsonSchema): boolean {
  return (
    value >= (schema.minimum ?? value) &&
    value <= (schema.maximum ?? value) &&
    value > (schema.exclusiveMinimum ?? Number.NEGATIVE_INFINITY) &&
    value < (schema.exclusiveMaximum ?? Number.POSITIVE_INFINITY) &&
    value % (schema.multipleOf ?? value) === 0 &&
    (schema.type !== "integer" || Number.isInteger(value))
  );
}

const byFormat: Readonly<Record<string, string>> = {
  "date-time": "2026-11-27T10:00:00.000Z",
  date: "2026-11-27",
  time: "10:00:00",
  duration: "PT1H",
  email: "anna@example.com",
  uri: "https://example.com/",
  uuid: "0b4e2f8a-6c1d-4e5f-9a7b-3c2d1e0f4a5b",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  cidrv4: "192.0.2.0/24",
  cidrv6: "2001:db8::/32",
  base64: "SGVsbG8=",
  base64url: "SGVsbG8",
};

function textValue({ format = "", pattern, minLength = 0, maxLength }: JsonSchema): string {
  if (Object.hasOwn(byFormat, format)) return byFormat[format] ?? "";
  const text = "text".padEnd(minLength, ".").slice(0, maxLength);
  if (pattern === undefined) return text;
  const candidates = [text, ...Object.values(byFormat), ...simpleTexts];
  const hasLength = (one: string): boolean =>
    one.length >= minLength && one.length <= (maxLength ?? one.length);
  return (
    candidates.find((one) => hasLength(one) && isMatch(one, pattern)) ?? `text that fits ${pattern}`
  );
}

const simpleTexts: readonly string[] = [
  "a",
  "A",
  "1",
  "abc",
  "ABC",
  "123",
  "1.0.0",
  "a1",
  "#00ff00",
];

function isMatch(text: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    // Patterns from metadata are only text.
    return false;
  }
}
