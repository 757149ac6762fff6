import { Encoder } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameError } from "../frame-codec.ts";
import { hex, hexOf } from "./hex.test-helper.ts";
import { scan } from "./scan.ts";

function problemOf(bytes: Uint8Array, maxDepth = 64): string {
  try {
    scan(bytes, maxDepth);
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError);
    return (error as FrameError).message;
  }
  return "";
}

const tooShort = "it ends too early";
const tooDeep = "it is nested too deeply";
const extension = "it has an extension type, which this protocol does not use";
const tooLarge = "it has an integer beyond 9007199254740991";
const notFinite = "it has a number that is not finite";

describe("scan", () => {
  it.each([
    ["nil, false, true", "93 c0 c2 c3"],
    ["small integers", "94 00 7f e0 ff"],
    ["uint 8, 16, 32, 64", "94 cc ff cd ffff ce ffffffff cf 001fffffffffffff"],
    ["int 8, 16, 32, 64", "94 d0 80 d1 8000 d2 80000000 d3 ffe0000000000001"],
    ["int 64 that is positive", "d3 001fffffffffffff"],
    ["floats", "92 ca 3f800000 cb 7fefffffffffffff"],
    ["strings", "94 a1 61 d9 01 61 da 0001 61 db 00000001 61"],
    ["empty strings", "94 a0 d9 00 da 0000 db 00000000"],
    ["bytes", "93 c4 02 ffff c5 0001 ff c6 00000000"],
    ["lists", "93 90 dc 0001 c0 dd 00000001 c0"],
    ["maps", "93 80 de 0001 a0 c0 df 00000001 a1 61 c0"],
    ["a key written with a longer header than it needs", "81 db 00000001 61 c0"],
    ["a map after a list in a map", "82 a1 61 91 81 a1 62 c0 a1 63 c0"],
  ])("takes %s", (_name, digits) => {
    expect(problemOf(hex(digits))).toBe("");
  });

  it("takes what the library writes and refuses every beginning of it, and what follows it", () => {
    const encoder = new Encoder();
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const bytes = encoder.encode(withoutProto(value));
        expect(problemOf(bytes)).toBe("");
        for (let end = 0; end < bytes.length; end += 1) {
          expect(problemOf(bytes.subarray(0, end))).toBe(tooShort);
        }
        const longer = new Uint8Array(bytes.length + 1);
        longer.set(bytes);
        expect(problemOf(longer)).toBe("something follows its end");
      }),
    );
  });

  it.each([
    ["uint 64 of 2^53", "cf 0020000000000000", tooLarge],
    ["uint 64 at its largest", "cf ffffffffffffffff", tooLarge],
    ["int 64 of 2^53", "d3 0020000000000000", tooLarge],
    ["int 64 of -2^53", "d3 ffe0000000000000", tooLarge],
    ["int 64 of -2^53 - 1", "d3 ffdfffffffffffff", tooLarge],
    ["int 64 at its smallest", "d3 8000000000000000", tooLarge],
    ["float 32 NaN", "ca 7fc00000", notFinite],
    ["float 64 NaN", "cb 7ff8000000000000", notFinite],
    ["float 64 infinity", "cb fff0000000000000", notFinite],
    ["fixext 1, 2, 4, 8 and 16", "d4 00 00", extension],
    ["fixext 2", "d5 00 0000", extension],
    ["a timestamp of 32 bits", "d6 ff 00000000", extension],
    ["a timestamp of 64 bits", "d7 ff 0000000000000000", extension],
    ["fixext 16", `d8 00 ${"00".repeat(16)}`, extension],
    ["a timestamp of 96 bits", `c7 0c ff ${"00".repeat(12)}`, extension],
    ["ext 16", "c8 0000 00", extension],
    ["ext 32", "c9 00000000 00", extension],
    ["the byte that has no use", "91 c1", "it is not MessagePack: it has the byte C1"],
    ["a string that is no UTF-8", "a2 c3 28", "it has a string that is no UTF-8"],
    ["a key that is no UTF-8", "81 a1 ff c0", "it has a string that is no UTF-8"],
    ["a string cut within a character", "92 a1 e2 a2 82ac", "it has a string that is no UTF-8"],
  ])("refuses %s", (_name, digits, problem) => {
    expect(problemOf(hex(digits))).toBe(problem);
  });

  it.each(["00", "c0", "c2", "cb 0000000000000000", "90", "80", "c4 01 61", "cc 01", "ff"])(
    "refuses the key %s, which is no string",
    (key) => {
      expect(problemOf(hex(`81 ${key} c0`))).toBe("it has a key that is no string");
      expect(problemOf(hex(`82 a1 61 91 c0 ${key} c0`))).toBe("it has a key that is no string");
    },
  );

  it("counts lists and maps as levels, empty ones, too", () => {
    for (const [open, end] of [
      ["91", "90"],
      ["81 a1 61", "80"],
      ["dc 0001", "dd 00000000"],
      ["df 00000001 a0", "de 0000"],
    ] as const) {
      for (const depth of [1, 2, 64]) {
        const bytes = hex(open.repeat(depth - 1) + end);
        expect(problemOf(bytes, depth)).toBe("");
        expect(problemOf(bytes, depth - 1)).toBe(tooDeep);
      }
    }
  });

  it("does not count neighbours as levels", () => {
    expect(problemOf(hex(`dc 0100 ${"91 90".repeat(256)}`), 3)).toBe("");
    expect(problemOf(hex(`93 91 90 81 a0 90 90`), 3)).toBe("");
  });

  it("refuses a key __proto__, but takes it for a value", () => {
    const proto = `a9 ${hexOf("__proto__")}`;
    expect(problemOf(hex(`81 a1 61 81 ${proto} c0`))).toBe('the key "__proto__" is not allowed');
    expect(problemOf(hex(`81 d9 09 ${hexOf("__proto__")} c0`))).toMatch(/__proto__/);
    expect(problemOf(hex(`81 a1 61 ${proto}`))).toBe("");
    for (const other of ["__proto_x", "__proto__x", "__proto_", "x__proto__"]) {
      expect(problemOf(new Encoder().encode({ [other]: 1 }))).toBe("");
    }
  });

  it("tells of a key constructor and of no other one", () => {
    const found = (digits: string): boolean => scan(hex(digits), 64).hasConstructor;
    expect(found(`81 a1 61 81 ab ${hexOf("constructor")} c0`)).toBe(true);
    expect(found(`81 db 0000000b ${hexOf("constructor")} c0`)).toBe(true);
    expect(found(`81 a1 61 ab ${hexOf("constructor")}`)).toBe(false);
    expect(found(`81 ab ${hexOf("constructos")} c0`)).toBe(false);
    expect(found(`81 ac ${hexOf("constructors")} c0`)).toBe(false);
  });
});

describe("a header that claims too much", () => {
  it.each([
    ["str 8", "d9 ff 61"],
    ["str 32", "db ffffffff 61"],
    ["bin 32", "c6 ffffffff 00"],
    ["array 32", "dd ffffffff c0"],
    ["map 32", "df ffffffff a1 61 c0"],
    ["fixarray", "9f c0"],
    ["fixmap with one value too few", "82 a1 61 c0 a1 62"],
    ["a header cut short", "dd ffff"],
    ["nothing at all", ""],
  ])("is refused: %s", (_name, digits) => {
    expect(problemOf(hex(digits))).toBe(tooShort);
  });

  it("is refused when its items fit, but not together with those of the lists around it", () => {
    const rest = "c0".repeat(100);
    expect(problemOf(hex(`dc 0064 ${rest}`))).toBe("");
    expect(problemOf(hex(`92 dc 0063 ${rest}`))).toBe("");
    expect(problemOf(hex(`92 dc 0064 ${rest}`))).toBe(tooShort);
    expect(problemOf(hex(`81 a0 92 dc 0063 ${rest}`))).toBe("");
    expect(problemOf(hex(`82 a0 92 dc 0063 ${rest}`))).toBe(tooShort);
  });

  it("is refused at once in each of many lists inside each other", () => {
    const bytes = new Uint8Array(100_000).fill(0xc0);
    // 60 lists of 90,000 items each would be 43 MB of places for them.
    for (let level = 0; level < 60; level += 1) bytes.set(hex("dd 00015f90"), 5 * level);
    expect(problemOf(bytes)).toBe(tooShort);
  });
});

/** jsonValue() has keys `__proto__`, which are another test's. */
function withoutProto(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll("__proto__", "proto"));
}
