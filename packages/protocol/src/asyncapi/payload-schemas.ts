import { z } from "zod";
import { Encoded, type Payload, schemaOf, toWire } from "../payload.ts";
import { DocumentMetadata } from "./document-metadata.ts";
import type { JsonSchema } from "./json-schema.ts";
import { mendSchema } from "./mend-schema.ts";
import { plainJson } from "./plain-json.ts";
import { takesNothing } from "./takes-nothing.ts";
import { UniqueNames } from "./unique-names.ts";

/** What the wire carries for a payload. */
export interface PayloadSchema {
  readonly schema: JsonSchema;
  /** Whether `data` may not be missing. */
  readonly isRequired: boolean;
  /** What the schema says about itself, wherever in the document it stands. */
  readonly about: About;
}

/** Words of a schema. */
type About = Pick<JsonSchema, "title" | "description" | "examples">;

/** The payloads of a document. */
export interface PayloadSchemas {
  readonly byId: ReadonlyMap<string, PayloadSchema>;
  /** Schemas that others refer to as `#/components/schemas/...`: those with an id, and recursive ones. */
  readonly shared: Readonly<Record<string, JsonSchema>>;
}

/** The JSON Schemas of all payloads of a document; converted together, so that they share theirs. */
export function payloadSchemas(payloads: ReadonlyMap<string, Payload>): PayloadSchemas {
  const names = new UniqueNames();
  const shape = Object.fromEntries([...payloads].map(([id, payload]) => [id, schemaOf(payload)]));
  const json = z.toJSONSchema(z.object(shape), {
    target: "draft-07",
    // Encoded or not: the wire carries the input.
    io: "input",
    metadata: new DocumentMetadata(names),
    unrepresentable: ({ zodSchema }) => descriptions[zodSchema._zod.def.type] ?? "any",
    override: ({ zodSchema, jsonSchema }) => mendSchema(zodSchema, jsonSchema),
  });
  const definitions = Object.entries((json["definitions"] ?? {}) as Record<string, JsonSchema>);
  const newNames = new Map(
    definitions.map(([name, { title }]) => [
      name,
      isNamed(name) ? name : names.take(title ?? ownerOf(name, json) ?? "schema"),
    ]),
  );
  const shared = new Map(
    definitions.map(([name, definition]) => [
      newNames.get(name) ?? name,
      withReferences(definition, newNames) as JsonSchema,
    ]),
  );
  const byId = [...payloads].map(([id, payload]): [string, PayloadSchema] => {
    const converted = withReferences(json.properties?.[id], newNames) as JsonSchema;
    const schema = withEncodedExamples(payload, converted);
    const isRequired = !takesNothing(schemaOf(payload));
    return [id, { schema, isRequired, about: aboutOf(schema, shared) }];
  });
  return { byId: new Map(byId), shared: Object.fromEntries(shared) };
}

/** The one with this id, which every declared payload has. */
export function payloadSchemaOf(
  schemas: ReadonlyMap<string, PayloadSchema>,
  id: string,
): PayloadSchema {
  return schemas.get(id) ?? { schema: {}, isRequired: false, about: {} };
}

/** What JSON Schema has no words for, but people have. */
const descriptions: Readonly<Record<string, z.core.JSONSchema.BaseSchema>> = {
  date: {
    description: "A point in time: text of ISO 8601, or milliseconds since 1970.",
    examples: ["2026-11-27T10:00:00.000Z"],
  },
  bigint: {
    description: "A whole number, or text of its decimal digits.",
    examples: ["9007199254740993"],
  },
};

/** A schema with a description beside its reference is `{ description, allOf: [{ $ref }] }`. */
function aboutOf(schema: JsonSchema, shared: ReadonlyMap<string, JsonSchema>): About {
  const [first, second] = schema.allOf ?? [];
  const isWrapped = typeof first === "object" && second === undefined;
  const reference = schema.$ref ?? (isWrapped ? first.$ref : undefined);
  const target = shared.get(reference?.slice(sharedReference.length) ?? "");
  return target === undefined ? schema : { ...aboutOf(target, shared), ...schema };
}

/** Recursive schemas without an id are named by zod: `__schema0`. */
function isNamed(definition: string): boolean {
  return !definition.startsWith("__schema");
}

/** The payload that is this definition. */
function ownerOf(
  definition: string,
  { properties = {} }: z.core.JSONSchema.BaseSchema,
): string | undefined {
  const reference = `${localReference}${definition}`;
  return Object.keys(properties).find((id) => (properties[id] as JsonSchema).$ref === reference);
}

const localReference = "#/definitions/";
const sharedReference = "#/components/schemas/";

/** zod refers to parts of its own result, which are elsewhere in the document. */
function withReferences(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => withReferences(item, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (key !== "$ref" || typeof member !== "string") return [key, withReferences(member, names)];
      const name = member.slice(localReference.length);
      return [key, `${sharedReference}${names.get(name) ?? name}`];
    }),
  );
}

/** zod leaves the examples of codecs out, since they are outputs; these can be encoded. */
function withEncodedExamples(payload: Payload, schema: JsonSchema): JsonSchema {
  if (!(payload instanceof Encoded) || schema.examples !== undefined) return schema;
  const metadata: Readonly<Record<string, unknown>> | undefined = z.globalRegistry.get(
    payload.schema,
  );
  const outputs = metadata?.["examples"];
  if (!Array.isArray(outputs)) return schema;
  const examples = outputs.map((output) => encodedExample(payload, output));
  return { ...schema, examples: examples.filter((example) => example !== undefined) };
}

function encodedExample(payload: Payload, output: unknown): unknown {
  try {
    return plainJson(toWire(payload, output));
  } catch {
    return undefined;
  }
}
