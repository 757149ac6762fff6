import type { JsonSchema, JsonSchemaOrBoolean } from "../json-schema.ts";
import { nameIn, schemaObject } from "./document-view.ts";
import { type HtmlValue, html, joined } from "./html.ts";

/** The type of a schema in words; the types of `components.schemas` are links. */
export function typeText(schemaOrBoolean: JsonSchemaOrBoolean): HtmlValue {
  const schema = schemaObject(schemaOrBoolean);
  if (schema.$ref !== undefined) return typeLink(schema.$ref);
  const values = schema.enum ?? ("const" in schema ? [schema.const] : undefined);
  if (values !== undefined) return joined(values.map(valueText), " or ");
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined) return joined(distinct(branches.map(typeText)), " or ");
  if (schema.type === "array") return arrayText(schema);
  if (schema.type !== undefined) return simpleText(schema);
  if (schema.allOf !== undefined) return joined(distinct(schema.allOf.map(typeText)), " and ");
  return schema.not === undefined ? "anything" : "nothing";
}

/** Where a shared schema stands on the page. */
export function typeAnchor(name: string): string {
  return `type.${name}`;
}

function typeLink(reference: string): HtmlValue {
  const name = nameIn(reference);
  return html`<a href="#${typeAnchor(name)}">${name}</a>`;
}

function simpleText({ type, additionalProperties, properties }: JsonSchema): HtmlValue {
  const types = typeof type === "string" ? [type] : (type ?? []);
  const isMap = properties === undefined && typeof additionalProperties === "object";
  if (isMap && Object.keys(additionalProperties).length > 0) {
    return ["object of ", typeText(additionalProperties)];
  }
  return types.join(" or ");
}

function arrayText({ items }: JsonSchema): HtmlValue {
  if (items === undefined) return "array";
  if (!isTuple(items)) return ["array of ", grouped(items)];
  return ["array: ", joined(items.map(typeText), ", ")];
}

/** `array of (string or null)` */
function grouped(items: JsonSchemaOrBoolean): HtmlValue {
  const text = typeText(items);
  return typeof text === "object" && !String(html`${text}`).startsWith("<a")
    ? ["(", text, ")"]
    : text;
}

export function isTuple(items: JsonSchema["items"]): items is readonly JsonSchemaOrBoolean[] {
  return Array.isArray(items);
}

function distinct(texts: readonly HtmlValue[]): readonly HtmlValue[] {
  return [...new Map(texts.map((text) => [String(html`${text}`), text])).values()];
}

/** A JSON value, as code. */
export function valueText(value: unknown): HtmlValue {
  return html`<code>${JSON.stringify(value)}</code>`;
}
