import type { JsonSchema, JsonSchemaOrBoolean } from "../json-schema.ts";
import { schemaObject } from "./document-view.ts";
import { rulesOf } from "./rules-text.ts";
import { isTuple } from "./schema-text.ts";

/** One value inside a message. */
export interface FieldRow {
  /** `data.users[].name` */
  readonly path: string;
  readonly schema: JsonSchema;
  /** `undefined` for items, which are there or not. */
  readonly isRequired?: boolean;
  /** When it is there at all: `data.kind is "circle"`. */
  readonly condition?: string;
}

/** A value and what is in it. What is described elsewhere (a `$ref`) is not repeated. */
export function fieldRows(row: FieldRow): readonly FieldRow[] {
  return [row, ...innerRows(row)];
}

function innerRows(row: FieldRow): readonly FieldRow[] {
  return [...memberRows(row), ...itemRows(row), ...partRows(row), ...branchRows(row)];
}

function memberRows({ schema, path, ...above }: FieldRow): readonly FieldRow[] {
  const { properties = {}, patternProperties = {}, additionalProperties, required = [] } = schema;
  const members = Object.entries(properties).flatMap(([key, member]) =>
    fieldRows({
      ...above,
      path: `${path}${keyText(key)}`,
      schema: schemaObject(member),
      isRequired: required.includes(key),
    }),
  );
  const matching = Object.entries(patternProperties).flatMap(([pattern, member]) =>
    elementRows({ ...above, path: `${path}[/${pattern}/]`, schema: schemaObject(member) }),
  );
  const others =
    typeof additionalProperties === "object"
      ? elementRows({ ...above, path: `${path}[key]`, schema: additionalProperties })
      : [];
  return [...members, ...matching, ...others];
}

function itemRows({ schema, path, ...above }: FieldRow): readonly FieldRow[] {
  const { items } = schema;
  if (items === undefined) return [];
  const row = (item: JsonSchemaOrBoolean, index: number | string): readonly FieldRow[] =>
    elementRows({ ...above, path: `${path}[${index}]`, schema: schemaObject(item) });
  return isTuple(items) ? items.flatMap(row) : row(items, "");
}

function partRows({ schema, ...above }: FieldRow): readonly FieldRow[] {
  return (schema.allOf ?? []).flatMap((part) =>
    innerRows({ ...above, schema: schemaObject(part) }),
  );
}

function branchRows(row: FieldRow): readonly FieldRow[] {
  const { schema, path } = row;
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
    .map(schemaObject)
    .filter((branch) => innerRows({ path, schema: branch }).length > 0);
  if (branches.length < 2) {
    return branches.flatMap((branch) => innerRows({ ...row, schema: branch }));
  }
  const key = discriminatorOf(branches);
  const forms = branches.flatMap((branch, index) => {
    const form =
      key === undefined
        ? `${path} has form ${index + 1}`
        : `${path}${keyText(key)} is ${JSON.stringify(constantOf(branch, key))}`;
    const condition = row.condition === undefined ? form : `${row.condition} and ${form}`;
    return innerRows({ path, schema: without(branch, key), condition });
  });
  return key === undefined ? forms : [discriminatorRow(row, branches, key), ...forms];
}

/** The member that says which of some objects it is: each has another constant there. */
function discriminatorOf(branches: readonly JsonSchema[]): string | undefined {
  return Object.keys(branches[0]?.properties ?? {}).find(
    (key) =>
      new Set(branches.map((branch) => constantOf(branch, key))).size === branches.length &&
      branches.every((branch) => constantOf(branch, key) !== undefined),
  );
}

function constantOf({ properties = {} }: JsonSchema, key: string): unknown {
  const member = Object.hasOwn(properties, key) ? properties[key] : undefined;
  return member === undefined ? undefined : schemaObject(member).const;
}

function discriminatorRow(
  { path, schema: _union, ...above }: FieldRow,
  branches: readonly JsonSchema[],
  key: string,
): FieldRow {
  return {
    ...above,
    path: `${path}${keyText(key)}`,
    schema: { enum: branches.map((branch) => constantOf(branch, key)) },
    isRequired: branches.every(({ required = [] }) => required.includes(key)),
  };
}

function without(branch: JsonSchema, key: string | undefined): JsonSchema {
  const members = Object.entries(branch.properties ?? {}).filter(([name]) => name !== key);
  return { ...branch, properties: Object.fromEntries(members) };
}

/** Items without anything to say are in the type of their list. */
function elementRows({ isRequired: _ofList, ...row }: FieldRow): readonly FieldRow[] {
  const rows = fieldRows(row);
  const isPlain = rulesOf(row.schema).length === 0 && row.schema.description === undefined;
  return isPlain ? rows.slice(1) : rows;
}

function keyText(key: string): string {
  return /^[\w$-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
