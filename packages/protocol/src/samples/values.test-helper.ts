import fc from "fast-check";
import { anyText } from "../any-text.test-helper.ts";

/** Numbers that JSON has; -0 becomes 0 there. */
export const anyNumber: fc.Arbitrary<number> = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value) => value + 0);

export const anyInteger: fc.Arbitrary<number> = fc.maxSafeInteger();

/** Keys without those that codecs refuse. */
export const anyKey: fc.Arbitrary<string> = anyText.filter(
  (key) => key !== "__proto__" && key !== "constructor",
);

export const anyJson = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(anyText, anyNumber, fc.boolean(), fc.constant(null)),
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(anyKey, tie("json"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).json;

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | { [key: string]: JsonValue };

/** Dates of the years 0 to 9999. */
export const anyDate: fc.Arbitrary<Date> = fc.date({
  min: new Date("0000-01-01T00:00:00.000Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
  noInvalidDate: true,
});
