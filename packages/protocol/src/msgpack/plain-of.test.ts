import { describe, expect, it } from "vitest";
import { maxEncodedDepth, plainOf } from "./plain-of.ts";

/** A list that holds a list that holds a list. */
function nested(depth: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < depth; level += 1) value = [value];
  return value;
}

describe("plainOf", () => {
  it.each<[string, unknown, unknown]>([
    [
      "members that are undefined, functions or symbols",
      { a: undefined, b: () => 1, c: Symbol("c") },
      {},
    ],
    ["items that are", [undefined, () => 1, Symbol("c")], [null, null, null]],
    ["holes of a list", Object.assign([1], { 2: 2 }), [1, null, 2]],
    [
      "numbers that are not finite",
      [Number.NaN, Number.POSITIVE_INFINITY, -Infinity],
      [null, null, null],
    ],
    ["a date", { at: new Date(0) }, { at: "1970-01-01T00:00:00.000Z" }],
    ["an invalid date", [new Date(Number.NaN)], [null]],
    ["maps and sets", [new Map([[1, 2]]), new Set([1])], [{}, {}]],
    [
      "boxed values",
      [new Number(1), new String("x"), new Boolean(false), new Number(Number.NaN)],
      [1, "x", false, null],
    ],
    ["lists of numbers that are no bytes", new Float32Array([0.5, 2]), { 0: 0.5, 1: 2 }],
    ["what is inherited", Object.create({ a: 1 }), {}],
    [
      "instances",
      new (class A {
        b = 1;
        #c = 2;
        get c() {
          return this.#c;
        }
      })(),
      { b: 1 },
    ],
  ])("treats %s as JSON.stringify does", (_name, value, wanted) => {
    expect(plainOf(value)).toEqual(wanted);
    expect(JSON.parse(JSON.stringify(value))).toEqual(wanted);
  });

  it("asks toJSON, with the key it stands under", () => {
    const named = { toJSON: (key: string) => `under ${key}` };
    const value = { a: named, list: [named], gone: { toJSON: () => undefined } };
    expect(plainOf(value)).toEqual({ a: "under a", list: ["under 0"] });
    expect(JSON.parse(JSON.stringify(value))).toEqual(plainOf(value));
  });

  it("leaves bytes as they are, those of Node, too, which have a toJSON", () => {
    const bytes = new Uint8Array([1, 2]);
    const buffer = Buffer.from([3]);
    const copy = plainOf({ bytes, list: [buffer] }) as { bytes: unknown; list: unknown[] };
    expect(copy.bytes).toBe(bytes);
    expect(copy.list[0]).toBe(buffer);
  });

  it("leaves the value itself alone", () => {
    const value = Object.freeze({ a: Object.freeze([new Date(0), Number.NaN]), b: undefined });
    expect(plainOf(value)).not.toBe(value);
    expect(Object.keys(value)).toEqual(["a", "b"]);
  });

  it("makes texts and keys well-formed", () => {
    expect(plainOf({ "k\ud800": "\udc00x", ok: "😀" })).toEqual({ "k\ufffd": "\ufffdx", ok: "😀" });
  });

  it("keeps a member __proto__ a member", () => {
    const copy = plainOf({ ["__proto__"]: { admin: true } }) as object;
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Object.keys(copy)).toEqual(["__proto__"]);
  });

  it.each<[string, unknown]>([
    ["alone", 1n],
    ["in a list", [[1n]]],
    ["as a member", { a: { b: 1n } }],
    ["from toJSON", { toJSON: () => 1n }],
  ])("refuses a bigint %s", (_name, value) => {
    expect(() => plainOf(value)).toThrow(
      new TypeError(
        "A bigint cannot travel in a frame; write bigintString, a codec of @windlass/protocol, in its schema.",
      ),
    );
  });

  it("takes 1,000 levels and refuses more, and what holds itself", () => {
    const problem = new TypeError(
      "The data of a frame is nested deeper than 1000 levels or holds itself; send less of it.",
    );
    expect(plainOf(nested(maxEncodedDepth))).toEqual(nested(maxEncodedDepth));
    expect(() => plainOf(nested(maxEncodedDepth + 1))).toThrow(problem);
    const circle: { self?: unknown; twins: unknown[] } = { twins: [] };
    circle.twins.push(circle, circle);
    expect(() => plainOf(circle)).toThrow(problem);
  });
});
