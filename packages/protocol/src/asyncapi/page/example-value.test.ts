import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { payloadSchemas } from "../payload-schemas.ts";
import { schemaPairs } from "../schema-pairs.test-helper.ts";
import { exampleValue } from "./example-value.ts";

function exampleOf(schema: z.ZodType): unknown {
  const { byId, shared } = payloadSchemas(new Map([["one", schema]]));
  return exampleValue(byId.get("one")?.schema ?? false, shared);
}

test.each([
  ["a number above a bound", z.number().gt(4)],
  ["a number between bounds", z.number().gt(0).lt(0.5)],
  ["a number below a bound", z.number().max(-3)],
  ["a whole multiple", z.int().min(10).multipleOf(7)],
  ["a long text", z.string().min(9)],
  ["a short text", z.string().max(2)],
  ["a date", z.iso.date()],
  ["a date and time", z.iso.datetime()],
  ["a time", z.iso.time()],
  ["a duration", z.iso.duration()],
  ["an address", z.email()],
  ["a link", z.url()],
  ["a uuid", z.uuid()],
  ["an IPv4 address", z.ipv4()],
  ["an IPv6 address", z.ipv6()],
  ["base64", z.base64()],
  ["base64url", z.base64url()],
  ["a pair", z.tuple([z.string(), z.literal(3)])],
  ["a list that is not empty", z.array(z.boolean()).min(2)],
  ["a map with given keys", z.record(z.enum(["a", "b"]), z.int())],
  ["a map with any keys", z.record(z.string().min(5), z.int())],
  ["an intersection", z.intersection(z.object({ a: z.string() }), z.object({ b: z.null() }))],
  ["a version", z.string().regex(/^\d+\.\d+\.\d+$/)],
  ["a union", z.union([z.never(), z.string()])],
  ["a default", z.enum(["red", "green"]).default("green")],
  ["a date that is coerced", z.coerce.date()],
  ["a bigint that is coerced", z.coerce.bigint()],
])("the example fits: %s", (_, schema) => {
  expect(schema.safeParse(exampleOf(schema))).toMatchObject({ success: true });
});

test("the examples of generated schemas fit", () => {
  let fitting = 0;
  const property = fc.property(schemaPairs, ({ schema }) => {
    const example = exampleOf(schema);
    // Texts for patterns are hints, and some schemas take nothing at all.
    const text = JSON.stringify(example) ?? "";
    fc.pre(!text.includes("text that fits"));
    if (schema.safeParse(example).success) fitting += 1;
  });
  fc.assert(property, { numRuns: 300 });
  expect(fitting).toBeGreaterThan(200);
});

test("a declared example is preferred, also deep inside", () => {
  const schema = z.object({ nick: z.string().meta({ examples: ["anna"] }) });
  expect(exampleOf(schema)).toEqual({ nick: "anna" });
});

test("recursive data ends", () => {
  const node = z.object({
    name: z.string(),
    get children() {
      return z.array(node);
    },
    get next() {
      return node.optional();
    },
  });
  expect(exampleOf(node)).toEqual({ name: "text", children: [] });
});

test("a union of recursive types takes the branch that ends", () => {
  const expression: z.ZodType = z.lazy(() => z.union([z.object({ not: expression }), z.boolean()]));
  expect(exampleOf(expression)).toBe(true);
});

test("data that never ends has no example", () => {
  const endless = z.object({
    get next() {
      return endless;
    },
  });
  expect(exampleOf(endless)).toBeUndefined();
});

test("a pattern gets a text that fits, or else a hint", () => {
  expect(exampleOf(z.string().regex(/^[A-Z]{3}$/))).toBe("ABC");
  expect(exampleOf(z.string().regex(/^XY-\d$/))).toBe("text that fits ^XY-\\d$");
  expect(exampleOf(z.string().meta({ pattern: "(" }))).toBe("text that fits (");
});
