import { expect, test } from "vitest";
import { z } from "zod";
import { payloadSchemas } from "../payload-schemas.ts";
import { fieldTable } from "./field-table.ts";
import { textOf } from "./page.test-helper.ts";

/** The rows of the table of a schema: path, type, whether required, rules. */
function rowsOf(schema: z.ZodType): readonly string[] {
  const { byId } = payloadSchemas(new Map([["one", schema]]));
  const root = { path: "data", schema: byId.get("one")?.schema ?? {}, isRequired: true };
  const table = String(fieldTable("Fields", root));
  return [...table.matchAll(/<tr><th scope="row">(.*?)<\/tr>/gs)].map(([row]) =>
    textOf(row.replaceAll("</td>", " |").replace("</th>", " |")).trim(),
  );
}

test("members have their path, type and rules", () => {
  const schema = z.object({
    text: z.string().min(1).max(500).describe("What is said."),
    age: z.int().min(0).optional(),
  });
  expect(rowsOf(schema)).toEqual([
    "data | object | yes | |",
    "data.text | string | yes | What is said. at least 1 character at most 500 characters |",
    "data.age | integer | no | at least 0 |",
  ]);
});

test("lists have rows for what is in them", () => {
  const schema = z.object({
    users: z.array(z.object({ nick: z.string() })).max(9),
    tags: z.array(z.string().min(2)),
    plain: z.array(z.string()),
    mixed: z.array(z.union([z.string(), z.null()])),
  });
  expect(rowsOf(schema).slice(1)).toEqual([
    "data.users | array of object | yes | at most 9 items |",
    "data.users[].nick | string | yes | |",
    "data.tags | array of string | yes | |",
    "data.tags[] | string | | at least 2 characters |",
    "data.plain | array of string | yes | |",
    "data.mixed | array of string or null | yes | |",
  ]);
});

test("tuples and maps have rows for what is in them", () => {
  const schema = z.object({
    pair: z.tuple([z.string().max(3), z.object({ a: z.int() })]),
    scores: z.record(z.string().min(2), z.object({ points: z.int() })),
    flags: z.record(z.enum(["a", "b"]), z.boolean()),
    strict: z.strictObject({ "odd key": z.null() }),
  });
  expect(rowsOf(schema).slice(1)).toEqual([
    "data.pair | array: string, object | yes | |",
    "data.pair[0] | string | | at most 3 characters |",
    "data.pair[1].a | integer | yes | |",
    "data.scores | object of object | yes | keys: at least 2 characters |",
    "data.scores[key].points | integer | yes | |",
    'data.flags | object of boolean | yes | keys: "a" or "b" |',
    "data.strict | object | yes | no other members |",
    'data.strict["odd key"] | null | yes | |',
  ]);
});

test("the members of a union say when they are there", () => {
  const schema = z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("circle"), radius: z.number().positive() }),
    z.object({ kind: z.literal("line"), to: z.object({ x: z.int() }) }),
  ]);
  expect(rowsOf(schema)).toEqual([
    "data | object | yes | |",
    'data.kind | "circle" or "line" | yes | |',
    'data.radius | number | yes | Only if data.kind is "circle". more than 0 |',
    'data.to | object | yes | Only if data.kind is "line". |',
    'data.to.x | integer | yes | Only if data.kind is "line". |',
  ]);
});

test("forms without a constant are numbered", () => {
  const schema = z.union([z.object({ a: z.string() }), z.object({ b: z.string() }), z.null()]);
  expect(rowsOf(schema).slice(1)).toEqual([
    "data.a | string | yes | Only if data has form 1. |",
    "data.b | string | yes | Only if data has form 2. |",
  ]);
});

test("what may also be null has no condition", () => {
  expect(rowsOf(z.object({ a: z.string() }).nullable())).toEqual([
    "data | object or null | yes | |",
    "data.a | string | yes | |",
  ]);
});

test("the rules of a union say to which part they belong", () => {
  expect(rowsOf(z.union([z.string().min(2), z.int().max(3)]))).toEqual([
    "data | string or integer | yes | if string : at least 2 characters if integer : at most 3 |".replaceAll(
      " :",
      ":",
    ),
  ]);
});

test("formats stand for their patterns", () => {
  const schema = z.tuple([z.email(), z.string().regex(/^a/), z.string().regex(/^a/i)]);
  expect(rowsOf(schema).slice(1)).toEqual([
    "data[0] | string | | format email |",
    "data[1] | string | | fits ^a |",
    "data[2] | string | | fits /^a/i |",
  ]);
});

test("types that take anything or nothing say so", () => {
  expect(rowsOf(z.tuple([z.unknown(), z.never()]))[0]).toBe(
    "data | array: anything, nothing | yes | |",
  );
});

test("defaults and deprecation are rules", () => {
  expect(rowsOf(z.boolean().default(true).meta({ deprecated: true }))).toEqual([
    "data | boolean | yes | default: true deprecated |",
  ]);
});
