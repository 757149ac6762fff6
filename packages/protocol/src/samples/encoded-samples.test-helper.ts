import fc from "fast-check";
import { z } from "zod";
import { anyText } from "../any-text.test-helper.ts";
import { base64Bytes, bigintString, isoDateTime } from "../codecs.ts";
import { encoded } from "../payload.ts";
import { sample } from "./sample.test-helper.ts";
import { anyDate, anyInteger, anyJson, anyKey, anyNumber } from "./values.test-helper.ts";

const anyBytes = fc.uint8Array({ maxLength: 40 });

const wholeSeconds = z.codec(z.int(), z.date(), {
  decode: (seconds) => new Date(seconds * 1000),
  encode: (date) => date.getTime() / 1000,
});
const anySecond = fc.integer().map((seconds) => new Date(seconds * 1000));

const mapOfDates = z.codec(
  z.array(z.tuple([z.string(), isoDateTime])),
  z.map(z.string(), z.date()),
  { decode: (entries) => new Map(entries), encode: (map) => [...map] },
);
const setOfTexts = z.codec(z.array(z.string()), z.set(z.string()), {
  decode: (items) => new Set(items),
  encode: (set) => [...set],
});
const link = z.codec(z.url(), z.instanceof(URL), {
  decode: (text) => new URL(text),
  encode: (url) => url.href,
});
const jsonText = z.codec(z.string(), z.json(), {
  decode: (text, context) => {
    try {
      return JSON.parse(text);
    } catch {
      context.issues.push({ code: "custom", input: text, message: "no JSON" });
      return z.NEVER;
    }
  },
  encode: (value) => JSON.stringify(value),
});

const tree = z.object({
  at: isoDateTime,
  get children() {
    return z.array(tree);
  },
});
type Tree = z.output<typeof tree>;
const anyTree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    anyDate.map((at): Tree => ({ at, children: [] })),
    fc.record({ at: anyDate, children: fc.array(tie("tree"), { maxLength: 2 }) }),
  ),
}));

/** Values that both sides have and the wire has not. */
export const encodedSamples = {
  ours: sample(
    encoded(z.object({ at: isoDateTime, big: bigintString, bytes: base64Bytes })),
    fc.record({ at: anyDate, big: fc.bigInt(), bytes: anyBytes }),
  ),
  dates: sample(encoded(isoDateTime), anyDate),
  own: sample(
    encoded(z.object({ at: wholeSeconds, map: mapOfDates, set: setOfTexts, link, json: jsonText })),
    fc.record({
      at: anySecond,
      map: fc.array(fc.tuple(anyText, anyDate)).map((entries) => new Map(entries)),
      set: fc.array(anyText).map((items) => new Set(items)),
      link: fc.webUrl().map((url) => new URL(url)),
      json: anyJson,
    }),
  ),
  nested: sample(
    encoded(
      z.object({
        list: z.array(isoDateTime),
        pair: z.tuple([bigintString, isoDateTime.nullable()], base64Bytes),
        record: z.record(z.string(), bigintString),
        byKey: z.record(z.enum(["a", "b"]), isoDateTime),
        optional: z.object({ at: isoDateTime.optional() }),
        both: z.object({ a: isoDateTime }).and(z.object({ b: bigintString })),
      }),
    ),
    fc.record({
      list: fc.array(anyDate),
      pair: fc
        .tuple(fc.bigInt(), fc.option(anyDate), fc.array(anyBytes, { maxLength: 2 }))
        .map(([big, at, rest]): [bigint, Date | null, ...Uint8Array[]] => [big, at, ...rest]),
      record: fc.dictionary(anyKey, fc.bigInt(), { noNullPrototype: true }),
      byKey: fc.record({ a: anyDate, b: anyDate }),
      optional: fc.record({ at: anyDate }, { requiredKeys: [] }),
      both: fc.record({ a: anyDate, b: fc.bigInt() }),
    }),
  ),
  unions: sample(
    encoded(
      z.array(
        z.discriminatedUnion("kind", [
          z.object({ kind: z.literal("date"), value: isoDateTime }),
          z.object({ kind: z.literal("big"), value: bigintString }),
          z.object({ kind: z.literal("text"), value: z.union([isoDateTime, bigintString]) }),
        ]),
      ),
    ),
    fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant("date" as const), value: anyDate }),
        fc.record({ kind: fc.constant("big" as const), value: fc.bigInt() }),
        fc.record({ kind: fc.constant("text" as const), value: fc.oneof(anyDate, fc.bigInt()) }),
      ),
    ),
  ),
  trees: sample(encoded(tree), anyTree.tree),
  lazies: sample(encoded(z.lazy(() => z.array(isoDateTime))), fc.array(anyDate)),
  flags: sample(encoded(z.object({ flag: z.stringbool() })), fc.record({ flag: fc.boolean() })),
  wrapped: sample(
    encoded(
      z.object({
        defaulted: isoDateTime.default(new Date(0)),
        caught: bigintString.catch(0n),
        frozen: z.object({ at: isoDateTime }).readonly(),
        refined: bigintString.refine((value) => value >= 0n),
        coerced: z.coerce.date(),
      }),
    ),
    fc.record({
      defaulted: anyDate,
      caught: fc.bigInt(),
      frozen: fc.record({ at: anyDate }),
      refined: fc.bigInt({ min: 0n }),
      coerced: anyDate,
    }),
  ),
  plain: sample(
    encoded(
      z.object({ text: z.string(), number: z.number(), list: z.array(z.int()), json: z.json() }),
    ),
    fc.record({ text: anyText, number: anyNumber, list: fc.array(anyInteger), json: anyJson }),
  ),
  nothing: sample(encoded(isoDateTime.optional()), fc.option(anyDate, { nil: undefined })),
};
