import fc from "fast-check";
import { z } from "zod";
import { base64Bytes, bigintString, isoDateTime } from "../index.ts";

/** A schema, and values of which many fit it. */
export interface SchemaPair {
  readonly schema: z.ZodType;
  readonly values: fc.Arbitrary<unknown>;
}

/** zod counts the length of a text in UTF-16 units, and JSON Schema in code points: here they agree. */
const text = fc.string({ unit: "grapheme-ascii", maxLength: 6 });
function pair(schema: z.ZodType, values: fc.Arbitrary<unknown>): SchemaPair {
  // For the reports of failures.
  const toText = (): string => JSON.stringify(z.toJSONSchema(schema, { io: "input" }));
  return Object.assign({ schema, values }, { [fc.toStringMethod]: toText });
}

const leaf: fc.Arbitrary<SchemaPair> = fc.oneof(
  fc.constant(pair(z.boolean(), fc.boolean())),
  fc.constant(pair(z.null(), fc.constant(null))),
  fc.constant(pair(z.int(), fc.oneof(fc.integer(), fc.constant(2 ** 60)))),
  fc.constant(pair(z.unknown(), fc.jsonValue())),
  fc.constant(pair(z.literal(["a", 1, null]), fc.constantFrom("a", "b", 1, 2, null))),
  fc.constant(pair(z.enum(["red", "green"]), fc.constantFrom("red", "green", "blue"))),
  fc.constant(
    pair(
      isoDateTime,
      fc.date({ noInvalidDate: true }).map((date) => date.toJSON()),
    ),
  ),
  fc.constant(pair(bigintString, fc.oneof(fc.bigInt().map(String), fc.constant("01")))),
  fc.constant(
    pair(
      base64Bytes,
      fc.oneof(
        fc.base64String(),
        fc.base64String().map((one) => one.slice(1)),
      ),
    ),
  ),
  fc.constant(pair(z.string().regex(/^[a-c]+$/), fc.constantFrom("abc", "ABC", "abd"))),
  fc.tuple(fc.nat(4), fc.nat(4)).map(([a, b]) => pair(z.string().min(a).max(b), text)),
  fc.tuple(fc.integer(), fc.integer()).map(([a, b]) => pair(z.number().min(a).lt(b), fc.integer())),
  fc.integer({ min: 1, max: 9 }).map((n) => pair(z.int().multipleOf(n), fc.integer())),
);

function objectPair(
  members: Readonly<Record<string, SchemaPair>>,
  kind: "strictObject" | "object" | "looseObject",
): SchemaPair {
  const shape = Object.fromEntries(
    Object.entries(members).map(([key, { schema }]) => [key, schema]),
  );
  const values = Object.fromEntries(
    Object.entries(members).map(([key, member]) => [key, member.values]),
  );
  const more = fc.constantFrom({}, {}, { more: 1 });
  const value = fc.tuple(fc.record(values, { requiredKeys: [] }), more);
  const whole = fc.record(values);
  return pair(
    z[kind](shape),
    fc.oneof(
      whole,
      value.map(([known, other]) => ({ ...known, ...other })),
    ),
  );
}

const memberName = fc.constantFrom("a", "b", "some key", "$ref", "constructor", "data");

/** Schemas of most constructs, inside each other. */
export const schemaPairs: fc.Arbitrary<SchemaPair> = fc.letrec<{ pair: SchemaPair }>((tie) => {
  const inner = tie("pair");
  const list = fc.tuple(inner, fc.nat(2), fc.nat(3));
  const kind = fc.constantFrom("strictObject" as const, "object" as const, "looseObject" as const);
  return {
    pair: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      { weight: 3, arbitrary: leaf },
      {
        weight: 1,
        arbitrary: inner.map(({ schema, values }) => pair(schema.nullable(), fc.option(values))),
      },
      { weight: 1, arbitrary: inner.map(({ schema, values }) => pair(schema.optional(), values)) },
      {
        weight: 1,
        arbitrary: inner.map(({ schema, values }) => pair(schema.describe("It."), values)),
      },
      {
        weight: 1,
        arbitrary: list.map(([{ schema, values }, min, max]) =>
          pair(z.array(schema).min(min).max(max), fc.array(values, { maxLength: 3 })),
        ),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(inner, inner)
          .map(([a, b]) =>
            pair(
              z.tuple([a.schema, b.schema]),
              fc.oneof(fc.tuple(a.values, b.values), fc.tuple(a.values)),
            ),
          ),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(inner, inner)
          .map(([a, b]) => pair(z.union([a.schema, b.schema]), fc.oneof(a.values, b.values))),
      },
      {
        weight: 1,
        arbitrary: inner.map(({ schema, values }) =>
          pair(z.record(z.string().min(1), schema), fc.dictionary(text, values, { maxKeys: 3 })),
        ),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.dictionary(memberName, inner, { maxKeys: 3 }), kind)
          .map(([members, objectKind]) => objectPair(members, objectKind)),
      },
    ),
  };
}).pair;
