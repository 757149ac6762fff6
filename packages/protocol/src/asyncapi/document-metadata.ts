import { z } from "zod";
import { plainJson } from "./plain-json.ts";
import type { UniqueNames } from "./unique-names.ts";

type Metadata = Record<string, unknown>;

const isText = (value: unknown): boolean => typeof value === "string";
const isNumber = (value: unknown): boolean => Number.isFinite(value);
const isBoolean = (value: unknown): boolean => typeof value === "boolean";
const isList = (value: unknown): boolean => Array.isArray(value);
const isTypeName = (value: unknown): boolean =>
  isText(value) || (Array.isArray(value) && value.every(isText));
const isAnything = (): boolean => true;

/**
 * What `.meta()` may say in a document, and what it must be there. Everything else that an
 * application keeps in its metadata stays private.
 */
const publicKeywords: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ["title", isText],
  ["description", isText],
  ["examples", isList],
  ["deprecated", isBoolean],
  ["type", isTypeName],
  ["const", isAnything],
  ["enum", isList],
  ["default", isAnything],
  ["format", isText],
  ["pattern", isText],
  ["contentEncoding", isText],
  ["minLength", isNumber],
  ["maxLength", isNumber],
  ["minimum", isNumber],
  ["maximum", isNumber],
  ["exclusiveMinimum", isNumber],
  ["exclusiveMaximum", isNumber],
  ["multipleOf", isNumber],
  ["minItems", isNumber],
  ["maxItems", isNumber],
]);

/** zod's global metadata, as one document shows it: only what is public, JSON, and with unique ids. */
export class DocumentMetadata extends z.core.$ZodRegistry<Metadata> {
  readonly #names: UniqueNames;
  readonly #ids = new Map<z.core.$ZodType, string>();

  constructor(names: UniqueNames) {
    super();
    this.#names = names;
  }

  override get<S extends z.core.$ZodType>(schema: S): Metadata | undefined {
    const metadata: Metadata | undefined = z.globalRegistry.get(schema);
    if (metadata === undefined) return undefined;
    const shown: Metadata = {};
    for (const [key, value] of Object.entries(metadata)) {
      const plain = isPublic(key, value) ? shownValue(key, value) : undefined;
      if (plain !== undefined) shown[key] = plain;
    }
    const id = metadata["id"];
    if (typeof id === "string") shown["id"] = this.#idOf(schema, id);
    return shown;
  }

  /** Two schemas with one id are no mistake of the document: the second one gets a number. */
  #idOf(schema: z.core.$ZodType, wanted: string): string {
    const known = this.#ids.get(schema);
    if (known !== undefined) return known;
    const id = this.#names.take(wanted);
    this.#ids.set(schema, id);
    return id;
  }
}

function isPublic(key: string, value: unknown): boolean {
  return key.startsWith("x-") || publicKeywords.get(key)?.(value) === true;
}

function shownValue(key: string, value: unknown): unknown {
  if (key !== "examples") return plainJson(value);
  const examples = (value as readonly unknown[]).map(plainJson).filter((one) => one !== undefined);
  return examples.length === 0 ? undefined : examples;
}
