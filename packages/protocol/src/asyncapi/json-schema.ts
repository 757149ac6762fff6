/** A schema, or `true` (anything) or `false` (nothing). */
export type JsonSchemaOrBoolean = JsonSchema | boolean;

/** JSON Schema draft 7, which is what AsyncAPI 3 has: the keywords that a protocol needs. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly deprecated?: boolean;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly contentEncoding?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly properties?: Readonly<Record<string, JsonSchemaOrBoolean>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchemaOrBoolean>>;
  readonly additionalProperties?: JsonSchemaOrBoolean;
  readonly propertyNames?: JsonSchemaOrBoolean;
  readonly required?: readonly string[];
  readonly items?: JsonSchemaOrBoolean | readonly JsonSchemaOrBoolean[];
  readonly additionalItems?: JsonSchemaOrBoolean;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly allOf?: readonly JsonSchemaOrBoolean[];
  readonly anyOf?: readonly JsonSchemaOrBoolean[];
  readonly oneOf?: readonly JsonSchemaOrBoolean[];
  readonly not?: JsonSchemaOrBoolean;
  readonly [extension: `x-${string}`]: unknown;
}
