import { decode, encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../any-text.test-helper.ts";
import type { EventFrame } from "../frame.ts";
import { type FrameCodec, FrameError } from "../frame-codec.ts";
import { jsonCodec } from "../json-codec.ts";
import { hex, hexOf } from "./hex.test-helper.ts";
import { msgpackCodec } from "./index.ts";

const eventWith = (data: unknown): EventFrame => ({ type: "event", name: "say", data });
const dataOf = (frame: unknown): unknown => (frame as EventFrame).data;
const sentBytes = (data: unknown): Uint8Array<ArrayBuffer> =>
  msgpackCodec.encode(eventWith(data)) as Uint8Array<ArrayBuffer>;

/** What the other side reads, or why it does not. */
function arrival(codec: FrameCodec, data: unknown): unknown {
  try {
    return { data: dataOf(codec.decode(codec.encode(eventWith(data)))) };
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError);
    return (error as FrameError).message;
  }
}

function expectSameArrival(data: unknown): void {
  const arrived = arrival(msgpackCodec, data);
  expect(arrived).toEqual(arrival(jsonCodec, data));
  // The same members in the same order, and none that is undefined.
  expect(JSON.stringify(arrived)).toBe(JSON.stringify(arrival(jsonCodec, data)));
}

describe("what is sent", () => {
  it("arrives as it does in JSON, whatever it is", () => {
    const anything = fc.anything({
      maxDepth: 4,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      stringUnit: anyCharacter,
    });
    fc.assert(
      fc.property(anything, (data) => {
        expectSameArrival(data);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["keys that reach prototypes", { ["__proto__"]: 1 }],
    ["a constructor with a prototype", { constructor: { prototype: 1 } }],
    ["a constructor without one", { constructor: { name: "x" }, prototype: { constructor: 1 } }],
    [
      "integers of all sizes",
      [0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1],
    ],
    [
      "negative ones",
      [-1, -32, -33, -128, -129, -32_768, -32_769, -(2 ** 31), -(2 ** 31) - 1, 1 - 2 ** 53],
    ],
    ["numbers that are larger", [2 ** 53, -(2 ** 53), 1e300, Number.MIN_VALUE, -0]],
    [
      "strings of all sizes",
      [31, 32, 255, 256, 65_535, 65_536].map((length) => "ä".repeat(length / 2)),
    ],
    ["lists of all sizes", [15, 16, 65_535, 65_536].map((length) => new Array(length).fill(1))],
    [
      "a map of many keys",
      Object.fromEntries(Array.from({ length: 66_000 }, (_, at) => [`k${at}`, at])),
    ],
  ])("arrives as it does in JSON: %s", (_name, data) => {
    expectSameArrival(data);
  });

  it("has dates as texts, not as extension types", () => {
    const at = new Date("2026-11-27T10:00:00.000Z");
    expect(decode(sentBytes({ at }))).toEqual(eventWith({ at: "2026-11-27T10:00:00.000Z" }));
  });

  it("has bytes as bytes, which JSON does not", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const read = dataOf(msgpackCodec.decode(sentBytes([bytes, Buffer.from(bytes)])));
        expect(read).toEqual([bytes, bytes]);
      }),
    );
    expect(sentBytes(new Uint8Array(70_000)).length).toBeGreaterThan(70_000);
  });

  it("has half a surrogate pair as U+FFFD", () => {
    for (const length of [1, 30, 300]) {
      const text = "x".repeat(length);
      expect(arrival(msgpackCodec, `${text}\ud800`)).toEqual({ data: `${text}\ufffd` });
    }
  });

  it("has no member that is undefined", () => {
    const frame = { type: "response", id: 1, data: undefined } as const;
    expect(decode(msgpackCodec.encode(frame) as Uint8Array)).toStrictEqual({
      type: "response",
      id: 1,
    });
  });

  it("must not have a bigint", () => {
    expect(() => sentBytes({ a: [1n] })).toThrow(
      /^A bigint cannot travel in a frame; write bigintString/,
    );
  });

  it("is of exactly its size and stays as it is", () => {
    const first = sentBytes("first");
    const copy = first.slice();
    expect(first.buffer.byteLength).toBe(first.byteLength);
    expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype);
    sentBytes("x".repeat(100_000));
    sentBytes("other");
    expect(first).toEqual(copy);
  });

  it("can be sent after what could not be sent", () => {
    expect(() => sentBytes(1n)).toThrow(TypeError);
    const failing = { toJSON: () => sentBytes("inner") && fail() };
    expect(() => sentBytes(failing)).toThrow("no JSON today");
    expect(arrival(msgpackCodec, "x")).toEqual({ data: "x" });
  });
});

describe("what is read", () => {
  it("must be binary", () => {
    expect(() => msgpackCodec.decode("{}")).toThrow(
      new FrameError("it is text; wanted a binary message"),
    );
  });

  it("may be a part of a larger buffer", () => {
    const bytes = sentBytes({ list: [1, new Uint8Array([7])] });
    const pool = Buffer.alloc(bytes.length + 20, 0xc1);
    pool.set(bytes, 10);
    const frame = msgpackCodec.decode(pool.subarray(10, 10 + bytes.length));
    expect(frame).toEqual(eventWith({ list: [1, new Uint8Array([7])] }));
  });

  it("has plain bytes, also when it came as a Buffer", () => {
    const data = dataOf(msgpackCodec.decode(Buffer.from(sentBytes(new Uint8Array([7])))));
    expect(Object.getPrototypeOf(data)).toBe(Uint8Array.prototype);
  });

  it.each([
    ["__proto__", `81 a1 61 81 a9 ${hexOf("__proto__")} 80`, 'the key "__proto__" is not allowed'],
    [
      "constructor with prototype",
      `81 ab ${hexOf("constructor")} 81 a9 ${hexOf("prototype")} 80`,
      'the key "constructor" is not allowed',
    ],
    ["an extension type", "d6 ff 00000000", /extension type/],
    ["a list that claims too much", "dd 7fffffff", "it ends too early"],
    ["bytes after the end", "c0 c0", "something follows its end"],
    ["no bytes", "", "it ends too early"],
  ])("must not have %s", (_name, digits, problem) => {
    expect(() => msgpackCodec.decode(hex(digits))).toThrow(FrameError);
    expect(() => msgpackCodec.decode(hex(digits))).toThrow(problem);
  });

  it("may have a constructor without a prototype, next to bytes", () => {
    const bytes = encode({ constructor: { name: "x" }, b: new Uint8Array(3) });
    expect(msgpackCodec.decode(bytes)).toEqual({
      constructor: { name: "x" },
      b: new Uint8Array(3),
    });
  });

  it("may be nested 64 deep, or as deep as the limit says", () => {
    expect(() => msgpackCodec.decode(hex(`${"91".repeat(63)}90`))).not.toThrow();
    expect(() => msgpackCodec.decode(hex(`${"91".repeat(64)}90`))).toThrow("nested too deeply");
    const limits = { maxDepth: 2 };
    expect(msgpackCodec.decode(hex("91 90"), limits)).toEqual([[]]);
    expect(() => msgpackCodec.decode(hex("91 91 90"), limits)).toThrow("nested too deeply");
  });
});

function fail(): never {
  throw new Error("no JSON today");
}
