import fc from "fast-check";
import { z } from "zod";
import { anyText } from "../any-text.test-helper.ts";
import { base64Bytes, bigintString, isoDateTime } from "../codecs.ts";
import { sample } from "./sample.test-helper.ts";
import { anyDate, anyInteger, anyJson, anyNumber } from "./values.test-helper.ts";

const epochSeconds = z.codec(z.int().min(0), z.date(), {
  decode: (seconds) => new Date(seconds * 1000),
  encode: (date) => Math.floor(date.getTime() / 1000),
});
const anyOf = fc.oneof(anyText, anyNumber, fc.boolean(), fc.constant(null));

/** What schemas do with what they read: the sender writes what comes before it. */
export const effectSamples = {
  optionals: sample(
    z.object({
      optional: z.string().optional(),
      exact: z.string().exactOptional(),
      nullish: z.int().nullish(),
      nullable: z.int().nullable().optional(),
      defaulted: z.int().default(7),
      prefaulted: z.string().trim().prefault(" x "),
      caught: z.int().catch(-1),
    }),
    fc.record(
      {
        optional: anyText,
        exact: anyText,
        nullish: fc.option(anyInteger),
        nullable: fc.option(anyInteger),
        defaulted: anyInteger,
        prefaulted: anyText,
        caught: anyInteger,
      },
      { requiredKeys: ["caught"] },
    ),
  ),
  undefinedMembers: sample(
    z.object({
      a: z.string().optional(),
      b: z.int().default(1),
      c: z.array(z.string().nullable()),
    }),
    fc.record({
      a: fc.option(anyText, { nil: undefined }),
      b: fc.option(anyInteger, { nil: undefined }),
      c: fc.array(fc.option(anyText)),
    }),
  ),
  nothing: sample(z.string().optional(), fc.option(anyText, { nil: undefined })),
  defaultData: sample(
    z.object({ limit: z.int().default(10) }).default({ limit: 5 }),
    fc.constantFrom({}, { limit: 3 }, undefined),
  ),
  required: sample(z.nonoptional(z.string().optional()), anyText),
  caught: sample(
    z.array(z.enum(["a", "b"]).catch("a")),
    fc.array(fc.constantFrom("a" as const, "b" as const)),
  ),
  readonlys: sample(
    z.array(z.object({ a: z.string() }).readonly()).readonly(),
    fc.array(fc.record({ a: anyText })),
  ),
  brands: sample(z.object({ id: z.string().brand<"id">() }), fc.record({ id: anyText })),
  refined: sample(
    z
      .object({ min: z.int(), max: z.int() })
      .refine(({ min, max }) => min <= max)
      .superRefine(({ min }, context) => {
        if (min < 0) context.addIssue({ code: "custom", message: "No" });
      }),
    fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) })),
  ),
  transforms: sample(
    z.object({
      length: z.string().transform((text) => text.length),
      list: z.string().transform((text) => text.split(",")),
      date: z.string().transform((text) => new Date(text)),
      map: z.array(z.tuple([z.string(), z.int()])).transform((entries) => new Map(entries)),
    }),
    fc.record({
      length: anyText,
      list: anyText,
      date: anyDate.map((date) => date.toISOString()),
      map: fc.array(fc.tuple(anyText, anyInteger)),
    }),
  ),
  pipes: sample(z.string().transform(Number).pipe(z.int().min(0)), fc.nat().map(String)),
  preprocessed: sample(
    z.preprocess(
      (value) => (typeof value === "string" ? value.split(",") : value),
      z.array(z.string()),
    ),
    fc.oneof(anyText, fc.array(anyText)),
  ),
  coerced: sample(
    z.object({
      text: z.coerce.string(),
      number: z.coerce.number(),
      flag: z.coerce.boolean(),
      date: z.coerce.date(),
      bigint: z.coerce.bigint(),
    }),
    fc.record({
      text: anyOf,
      number: fc.oneof(anyNumber, anyInteger.map(String)),
      flag: anyOf,
      date: fc.oneof(
        anyDate,
        anyDate.map((date) => date.toISOString()),
        fc.nat(),
      ),
      bigint: fc.oneof(anyInteger, fc.bigInt().map(String)),
    }),
  ),
  ourCodecs: sample(
    z.object({ at: isoDateTime, big: bigintString, bytes: base64Bytes }),
    fc.record({
      at: anyDate.map((date) => date.toISOString()),
      big: fc.bigInt().map(String),
      bytes: fc.base64String(),
    }),
  ),
  ownCodecs: sample(
    z.object({ at: epochSeconds, flag: z.stringbool() }),
    fc.record({ at: fc.nat(), flag: fc.constantFrom("true", "no", "Y", "off", "1") }),
  ),
  parsedJson: sample(
    z
      .string()
      .transform((text): unknown => JSON.parse(text))
      .pipe(z.json()),
    anyJson.map((value) => JSON.stringify(value)),
  ),
};
