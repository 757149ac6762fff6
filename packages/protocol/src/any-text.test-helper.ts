import fc from "fast-check";

/**
 * Any character of Unicode, those that are odd more often. (fast-check's own `unit: "binary"` takes
 * seconds to begin.)
 */
export const anyCharacter: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "a",
    "Z",
    "0",
    "_",
    "/",
    "%",
    '"',
    "\\",
    "\0",
    "\n",
    "\u007f",
    "ÿ",
    "€",
    "\u2028",
  ),
  fc.constantFrom("\ufeff", "\ufffd", "\uffff", "😀", "\u{10ffff}"),
  fc
    .oneof(fc.nat(0x7ff), fc.nat(0xffff), fc.nat(0x10ffff))
    .map((point) => String.fromCodePoint(point).toWellFormed()),
);

/** A text of any characters, without halves of surrogate pairs. */
export const anyText: fc.Arbitrary<string> = fc.string({ unit: anyCharacter });
