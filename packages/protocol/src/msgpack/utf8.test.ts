import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../any-text.test-helper.ts";
import { hex } from "./hex.test-helper.ts";
import { isUtf8 } from "./utf8.ts";

const strict = new TextDecoder("utf-8", { fatal: true });

function isDecoded(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const isWhole = (bytes: Uint8Array): boolean => isUtf8(bytes, 0, bytes.length);
const edge = fc.constantFrom(
  0x00,
  0x7f,
  0x80,
  0x8f,
  0x90,
  0x9f,
  0xa0,
  0xbf,
  0xc0,
  0xc1,
  0xc2,
  0xdf,
  0xe0,
  0xe1,
  0xec,
  0xed,
  0xee,
  0xef,
  0xf0,
  0xf1,
  0xf3,
  0xf4,
  0xf5,
  0xff,
);

describe("isUtf8", () => {
  it("agrees with TextDecoder about all sequences of up to two bytes", () => {
    const wrong: Uint8Array[] = [];
    for (let first = 0; first < 256; first += 1) {
      const one = Uint8Array.of(first);
      if (isWhole(one) !== isDecoded(one)) wrong.push(one);
      for (let second = 0; second < 256; second += 1) {
        const two = Uint8Array.of(first, second);
        if (isWhole(two) !== isDecoded(two)) wrong.push(two);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("agrees with TextDecoder about bytes at the edges of the ranges", () => {
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 8 }), (list) => {
        const bytes = Uint8Array.from(list);
        expect(isWhole(bytes)).toBe(isDecoded(bytes));
      }),
      { numRuns: 5000 },
    );
  });

  it("takes every text, and no text with a byte changed that TextDecoder would not take", () => {
    const texts = fc.string({ unit: anyCharacter, minLength: 1 });
    fc.assert(
      fc.property(texts, fc.nat(), fc.nat(255), (text, at, byte) => {
        const bytes = new TextEncoder().encode(text);
        expect(isWhole(bytes)).toBe(true);
        bytes[at % bytes.length] = byte;
        expect(isWhole(bytes)).toBe(isDecoded(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["a lone continuation", "80"],
    ["a long spelling of /", "c0 af"],
    ["a long spelling of _ in three bytes", "e0 81 9f"],
    ["a surrogate", "ed a0 80"],
    ["what is beyond Unicode", "f4 90 80 80"],
    ["a sequence of five bytes", "f8 88 80 80 80"],
    ["a sequence that ends too early", "e2 82"],
  ])("refuses %s", (_name, digits) => {
    expect(isWhole(hex(digits))).toBe(false);
  });

  it("looks at the bytes between start and end only", () => {
    const bytes = hex("ff e2 82 ac ff");
    expect(isUtf8(bytes, 1, 4)).toBe(true);
    expect(isUtf8(bytes, 0, 4)).toBe(false);
    expect(isUtf8(bytes, 1, 3)).toBe(false);
    expect(isUtf8(bytes, 3, 3)).toBe(true);
  });
});
