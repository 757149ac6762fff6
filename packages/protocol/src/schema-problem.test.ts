import { describe, expect, it } from "vitest";
import { z } from "zod";
import { base64Bytes, bigintString, isoDateTime } from "./codecs.ts";
import { schemaProblem } from "./schema-problem.ts";

const plain = (schema: z.ZodType) => schemaProblem(schema, false);
const encoded = (schema: z.ZodType) => schemaProblem(schema, true);

const unsendable: readonly [string, z.ZodType, RegExp][] = [
  ["date", z.date(), /^JSON has no value for z\.date\(\); write isoDateTime, .*z\.coerce\.date/],
  ["bigint", z.bigint(), /z\.bigint\(\); write bigintString/],
  ["int64", z.int64(), /z\.bigint\(\); write bigintString/],
  ["map", z.map(z.string(), z.string()), /z\.map\(\); write z\.record\(\)/],
  ["set", z.set(z.string()), /z\.set\(\); write z\.array\(\)/],
  ["nan", z.nan(), /z\.nan\(\); write z\.null\(\)/],
  ["symbol", z.symbol(), /z\.symbol\(\); write z\.string\(\)/],
  ["undefined", z.undefined(), /z\.undefined\(\); write \.optional\(\)/],
  ["void", z.void(), /z\.void\(\); write z\.null\(\)/],
  ["function", z.function(), /z\.function\(\); functions stay/],
  ["promise", z.promise(z.string()), /z\.promise\(\); await it/],
  ["file", z.file(), /z\.file\(\); send its bytes with base64Bytes/],
  ["bigint literal", z.literal(["a", 10n]), /z\.literal\(10\); write a string/],
  ["undefined literal", z.literal([undefined]), /z\.literal\(undefined\); write \.optional\(\)/],
];

const nestings: readonly [string, string, (inner: z.ZodType) => z.ZodType][] = [
  ["a member", ".a", (inner) => z.object({ a: inner })],
  ["a member of a strict object", ".a", (inner) => z.strictObject({ a: inner })],
  ["a catchall", "[]", (inner) => z.object({ a: z.string() }).catchall(inner)],
  ["an element", "[]", (inner) => z.array(inner)],
  ["an item of a tuple", "[1]", (inner) => z.tuple([z.string(), inner])],
  ["the rest of a tuple", "[]", (inner) => z.tuple([z.string()], inner)],
  ["the values of a record", "[]", (inner) => z.record(z.string(), inner)],
  ["an option of a union", "", (inner) => z.union([z.string(), inner])],
  [
    "an option of a discriminated union",
    ".b",
    (inner) => {
      const a = z.object({ kind: z.literal("a") });
      return z.discriminatedUnion("kind", [a, z.object({ kind: z.literal("b"), b: inner })]);
    },
  ],
  ["the left of an intersection", ".a", (inner) => z.object({ a: inner }).and(z.object({}))],
  ["the right of an intersection", "", (inner) => z.unknown().and(inner)],
  ["optional", "", (inner) => inner.optional()],
  ["exactly optional", "", (inner) => z.exactOptional(inner)],
  ["nullable", "", (inner) => inner.nullable()],
  ["nullish", "", (inner) => inner.nullish()],
  ["required again", "", (inner) => z.nonoptional(inner)],
  ["with a default", "", (inner) => inner.default(null as never)],
  ["with a prefault", "", (inner) => inner.prefault(null as never)],
  ["with a catch", "", (inner) => inner.catch(null as never)],
  ["readonly", "", (inner) => inner.readonly()],
  ["branded", "", (inner) => inner.brand<"x">()],
  ["refined", "", (inner) => inner.refine(() => true)],
  ["described", "", (inner) => inner.describe("x").meta({ id: undefined })],
  ["before a transform", "", (inner) => inner.transform(String)],
  ["before a pipe", "", (inner) => inner.pipe(z.unknown())],
  ["the wire side of a codec", "", (inner) => z.codec(inner, z.unknown(), noCodec)],
  ["lazy", "", (inner) => z.lazy(() => inner)],
  [
    "in a recursive getter",
    ".children[].value",
    (inner) => {
      const node: z.ZodType = z.object({
        get children() {
          return z.array(node);
        },
        get value() {
          return inner;
        },
      });
      return z.object({ children: z.array(node) });
    },
  ],
];

const noCodec = { decode: (value: unknown) => value, encode: (value: unknown) => value } as never;

describe("what JSON has no value for", () => {
  it.each(unsendable)("is found: %s", (_name, schema, problem) => {
    expect(plain(schema)).toEqual({ path: "", problem: expect.stringMatching(problem) });
    expect(encoded(schema)).toEqual({ path: "", problem: expect.stringMatching(problem) });
  });

  it.each(nestings)("is found in %s, at %j", (_name, path, nest) => {
    for (const [, schema, problem] of unsendable) {
      expect(plain(nest(schema))).toEqual({ path, problem: expect.stringMatching(problem) });
    }
  });

  it("is found in the keys of a record", () => {
    expect(plain(z.record(z.symbol(), z.string()))?.path).toBe("[key]");
  });

  it("is found at the end of a long path", () => {
    const user = z.object({ names: z.record(z.string(), z.tuple([z.string(), z.date()])) });
    expect(plain(z.array(z.object({ user })))?.path).toBe("[].user.names[][1]");
  });

  it("is found in a schema that is used twice, where it is used first", () => {
    const when = z.object({ at: z.date() });
    expect(plain(z.object({ a: when, b: when }))?.path).toBe(".a.at");
  });
});

describe("what may be sent", () => {
  it.each<[string, z.ZodType]>([
    ["a coerced date", z.coerce.date()],
    ["a coerced bigint", z.coerce.bigint()],
    [
      "a coerced string, number and boolean",
      z.tuple([z.coerce.string(), z.coerce.number(), z.coerce.boolean()]),
    ],
    ["preprocess", z.preprocess(String, z.date())],
    ["what a transform makes", z.string().transform((text) => new Date(text))],
    [
      "what a pipe makes",
      z
        .string()
        .transform((text) => new Date(text))
        .pipe(z.date()),
    ],
    ["our codecs", z.object({ a: isoDateTime, b: bigintString, c: base64Bytes })],
    ["stringbool", z.stringbool()],
    ["any and unknown", z.union([z.any(), z.unknown()])],
    ["never and null", z.union([z.never(), z.null()])],
    ["custom and instanceof", z.union([z.custom(), z.instanceof(Uint8Array)])],
    ["z.json()", z.json()],
    ["an enum", z.enum(["a", "b"])],
    ["literals", z.literal(["a", 1, true, null])],
    ["a template literal", z.templateLiteral(["a", z.number()])],
    ["a record by enum", z.partialRecord(z.enum(["a"]), z.number())],
    ["success", z.success(z.string())],
  ])("is %s", (_name, schema) => {
    expect(plain(schema)).toBeUndefined();
  });

  it("is a schema that holds itself", () => {
    const byGetter: z.ZodType = z.object({
      get children() {
        return z.array(byGetter);
      },
    });
    const byLazy: z.ZodType = z.lazy(() => z.union([z.string(), z.array(byLazy)]));
    expect(plain(byGetter)).toBeUndefined();
    expect(encoded(byGetter)).toBeUndefined();
    expect(plain(byLazy)).toBeUndefined();
  });

  it("is not a schema that makes another one of itself at each call", () => {
    const endless = (): z.ZodType => z.object({ left: z.lazy(endless), right: z.lazy(endless) });
    expect(plain(endless())?.problem).toBe(
      "it is nested deeper than 200 schemas; a getter or z.lazy() must answer the same schema each time",
    );
  });
});

describe("an encoded schema", () => {
  const transform = z.string().transform((text) => text.length);
  const problem = "encoded() cannot run a transform backwards; write z.codec() in its place";

  it.each(nestings.filter(([name]) => name !== "before a transform"))(
    "must not have a transform in %s",
    (_name, path, nest) => {
      expect(encoded(nest(transform))).toEqual({ path, problem });
    },
  );

  it("must not have a transform in the keys of a record", () => {
    const key = z.string().transform((text) => text.trim());
    expect(encoded(z.record(key, z.string()))).toEqual({ path: "[key]", problem });
  });

  it("must not preprocess", () => {
    expect(encoded(z.object({ a: z.preprocess(String, z.string()) }))).toEqual({
      path: ".a",
      problem,
    });
  });

  it("must not have a transform in what a codec makes, in maps and sets neither", () => {
    const codec = (out: z.ZodType): z.ZodType => z.codec(z.string(), out, noCodec);
    for (const out of [
      transform,
      z.array(transform),
      z.set(transform),
      z.map(z.string(), transform),
      z.map(transform, z.string()),
    ]) {
      expect(encoded(codec(out))?.problem).toBe(problem);
      expect(plain(codec(out))).toBeUndefined();
    }
  });

  it("must not have z.success()", () => {
    const wrong = "encoded() cannot run z.success() backwards; leave encoded() out";
    expect(encoded(z.success(z.string()))?.problem).toBe(wrong);
  });

  it("must not pipe into what JSON has no value for, because nothing turns it back", () => {
    expect(encoded(z.unknown().pipe(z.date()))?.problem).toMatch(/z\.date\(\)/);
  });

  it("must not coerce a bigint, which stays one when it is sent", () => {
    expect(encoded(z.coerce.bigint())?.problem).toMatch(/write bigintString/);
  });

  it.each<[string, z.ZodType]>([
    ["our codecs", z.object({ a: isoDateTime, b: z.array(bigintString), c: base64Bytes })],
    [
      "a codec that makes a map of dates",
      z.codec(z.string(), z.map(z.string(), z.date()), noCodec),
    ],
    ["a date that is coerced", z.coerce.date()],
    ["stringbool", z.stringbool()],
    ["defaults", z.object({ a: z.string().default("x"), b: z.number().catch(1) })],
  ])("may have %s", (_name, schema) => {
    expect(encoded(schema)).toBeUndefined();
  });

  it("may make of the wire what it would not send", () => {
    const date = z.date();
    const codec = z.codec(z.string(), date, { decode: (text) => new Date(text), encode: String });
    expect(encoded(z.object({ made: codec }))).toBeUndefined();
    expect(encoded(z.object({ made: codec, sent: date }))?.path).toBe(".sent");
  });
});
