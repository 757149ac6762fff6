import { expect, test } from "vitest";
import { z } from "zod";
import { encoded, isoDateTime, type Payload } from "../index.ts";
import { type PayloadSchemas, payloadSchemas } from "./payload-schemas.ts";

function converted(payloads: Readonly<Record<string, Payload>>): PayloadSchemas {
  return payloadSchemas(new Map(Object.entries(payloads)));
}

function schemaOfOne(payload: Payload): unknown {
  return converted({ one: payload }).byId.get("one")?.schema;
}

const node = z.object({
  name: z.string(),
  get children() {
    return z.array(node);
  },
});

test("a recursive schema refers to itself in the components", () => {
  const { byId, shared } = converted({ "client.tree": node });
  expect(byId.get("client.tree")?.schema).toEqual({ $ref: "#/components/schemas/client.tree" });
  expect(shared["client.tree"]).toMatchObject({
    properties: { children: { items: { $ref: "#/components/schemas/client.tree" } } },
  });
});

test("a recursive schema inside of others is named by its title, or by number", () => {
  const other = z
    .object({
      get next() {
        return other.optional();
      },
    })
    .meta({ title: "A link" });
  const { shared } = converted({ a: z.array(node), b: z.array(z.json()), c: z.array(other) });
  expect(Object.keys(shared).sort()).toEqual(["A-link", "schema", "schema-2"]);
});

test("a schema with an id stands in the components once, under its id", () => {
  const user = z.object({ nick: z.string() }).meta({ id: "User" });
  const { byId, shared } = converted({ a: user, b: z.array(user), c: z.object({ user }) });
  expect(Object.keys(shared)).toEqual(["User"]);
  expect(byId.get("b")?.schema).toEqual({
    type: "array",
    items: { $ref: "#/components/schemas/User" },
  });
});

test("two schemas with one id are two components", () => {
  const { byId, shared } = converted({
    a: z.object({ nick: z.string() }).meta({ id: "Twice" }),
    b: z.object({ age: z.int() }).meta({ id: "Twice" }),
  });
  expect(Object.keys(shared)).toEqual(["Twice", "Twice-2"]);
  expect(byId.get("b")?.schema).toEqual({ $ref: "#/components/schemas/Twice-2" });
});

test("ids that AsyncAPI does not take are rewritten", () => {
  const { shared } = converted({
    a: z.string().meta({ id: "a/b c" }),
    b: z.string().meta({ id: "__proto__" }),
    c: z.string().meta({ id: "ü" }),
    d: z.string().meta({ id: "___" }),
  });
  expect(Object.keys(shared)).toEqual(["a-b-c", "proto__", "-", "unnamed"]);
});

test("private metadata stays out of the document", () => {
  const schema = z.string().meta({
    description: "A text.",
    owner: "team-7",
    render: () => "",
    "x-color": "red",
    format: "shout",
    deprecated: true,
  });
  expect(schemaOfOne(schema)).toEqual({
    type: "string",
    description: "A text.",
    "x-color": "red",
    format: "shout",
    deprecated: true,
  });
});

test("metadata of the wrong kind stays out of the document", () => {
  const schema = z.string().meta({ enum: "red", minLength: Number.NaN, type: 3 });
  expect(schemaOfOne(schema)).toEqual({ type: "string" });
});

test("examples without a form in JSON, or that refer to something, are left out", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  const examples = [1n, circle, { $ref: "https://example.com/" }, "fine", undefined];
  expect(schemaOfOne(z.unknown().meta({ examples }))).toEqual({ examples: ["fine"] });
  expect(schemaOfOne(z.unknown().meta({ examples: [1n] }))).toEqual({});
});

test("defaults without a form in JSON are left out", () => {
  expect(schemaOfOne(z.coerce.bigint().catch(1n))).not.toHaveProperty("default");
  expect(schemaOfOne(z.looseObject({}).default({ $ref: "#/info" }))).not.toHaveProperty("default");
});

test("the examples of an encoded payload are shown as they travel", () => {
  const payload = encoded(
    z.object({ at: isoDateTime }).meta({ examples: [{ at: new Date(0) }, { at: "never" }] }),
  );
  expect(schemaOfOne(payload)).toMatchObject({
    properties: { at: { type: "string", format: "date-time" } },
    examples: [{ at: "1970-01-01T00:00:00.000Z" }],
  });
});

test("a pattern with flags does not become one without", () => {
  expect(schemaOfOne(z.string().regex(/^[a-z]+$/i))).toEqual({
    type: "string",
    "x-pattern": "/^[a-z]+$/i",
  });
  expect(schemaOfOne(z.string().regex(/^a/i).regex(/b$/))).toEqual({
    type: "string",
    "x-pattern": "/^a/i",
    allOf: [{ type: "string", pattern: "b$" }],
  });
});

test("bounds that JSON does not have are left out", () => {
  expect(schemaOfOne(z.number().min(Number.NEGATIVE_INFINITY))).toEqual({ type: "number" });
});

test("dates and bigints that are coerced are described in words", () => {
  expect(schemaOfOne(z.coerce.date())).toMatchObject({
    description: expect.stringContaining("8601"),
  });
  expect(schemaOfOne(z.coerce.date().describe("When."))).toMatchObject({ description: "When." });
  expect(schemaOfOne(z.coerce.bigint())).toMatchObject({
    description: expect.stringContaining("digits"),
  });
});

test("tuples are those of draft 7", () => {
  expect(schemaOfOne(z.tuple([z.string()]).rest(z.int32().min(0)))).toMatchObject({
    items: [{ type: "string" }],
    additionalItems: { type: "integer", minimum: 0 },
  });
});
