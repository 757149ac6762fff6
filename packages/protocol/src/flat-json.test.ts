import fc from "fast-check";
import { expect, it } from "vitest";
import { toJson } from "./flat-json.ts";

const text = fc.string({ unit: "binary" });
const member = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom<unknown>(null, undefined, -0, 1e21, 5e-324, "\ud800", "\u007f", "\u2028", '"\\/'),
  fc.constantFrom<unknown>(new Date(0), [1], { a: 1 }, () => 1, Symbol("s"), new Map()),
);

it("writes what JSON.stringify writes, whatever it is", () => {
  const record = fc.dictionary(
    fc.oneof(text, fc.constantFrom("__proto__", "toJSON", "1")),
    member,
    {
      noNullPrototype: true,
    },
  );
  fc.assert(
    fc.property(
      fc.oneof({ weight: 5, arbitrary: record }, member, fc.array(member), fc.anything()),
      (value) => {
        let expected: string | undefined;
        try {
          expected = JSON.stringify(value);
        } catch (error) {
          expect(() => toJson(value)).toThrow(String((error as Error).message));
          return;
        }
        expect(toJson(value)).toBe(expected);
      },
    ),
    { numRuns: 5_000 },
  );
});

it("asks objects with a toJSON of their own, and those of classes", () => {
  class Point {
    x = 1;
    toJSON(): string {
      return "a point";
    }
  }
  for (const value of [{ a: 1, toJSON: () => "other" }, new Point(), Object.create({ a: 1 })]) {
    expect(toJson(value)).toBe(JSON.stringify(value));
  }
});

it("leaves out what a polluted prototype adds, as JSON.stringify does", () => {
  Object.defineProperty(Object.prototype, "polluted", {
    value: 1,
    enumerable: true,
    configurable: true,
  });
  const written = toJson({ a: 1 });
  Reflect.deleteProperty(Object.prototype, "polluted");
  expect(written).toBe('{"a":1}');
});

it("does not remember any number of keys", () => {
  for (let index = 0; index < 3_000; index += 1) {
    expect(toJson({ [`key ${index}`]: index })).toBe(`{"key ${index}":${index}}`);
  }
});
