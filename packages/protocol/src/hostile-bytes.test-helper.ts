import fc from "fast-check";
import { anyText } from "./any-text.test-helper.ts";
import type { Frame } from "./frame.ts";

/** Frames as they should be, with data of any kind. */
export const anyFrame: fc.Arbitrary<Frame> = fc.record({
  type: fc.constant("request" as const),
  id: fc.integer({ min: 1 }),
  name: fc.string({ maxLength: 8 }),
  data: fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.dictionary(fc.constantFrom("constructor", "prototype", "proto", "a"), fc.jsonValue()),
    anyText,
    fc.double(),
  ),
});

/** Bytes with one to three changes: one overwritten, some cut out, put in or repeated. */
export function mutated(valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const change = fc.record({
    at: fc.nat(),
    remove: fc.nat(2),
    insert: fc.uint8Array({ maxLength: 2 }),
    repeats: fc.constantFrom(1, 1, 1, 50),
  });
  return fc
    .tuple(valid, fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([bytes, changes]) => {
      let list = [...bytes];
      for (const { at, remove, insert, repeats } of changes) {
        const start = at % (list.length + 1);
        const piece = new Array(repeats).fill([...insert]).flat();
        list = [...list.slice(0, start), ...piece, ...list.slice(start + remove)];
      }
      return Uint8Array.from(list);
    });
}

const u32 = (size: number): number[] => [24, 16, 8, 0].map((shift) => (size >>> shift) & 0xff);
const size = fc.oneof(fc.nat(3), fc.nat(300), fc.nat(0xffff), fc.nat(0xffffffff));

/** Items of MessagePack one after the other: most of them whole, their sizes often a lie. */
export const msgpackItems: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      fc.constantFrom([0x91], [0x81, 0xa1, 0x61], [0x90], [0x80], [0xc0], [0x01], [0xa1, 0x61]),
      fc.constantFrom(
        [0x92],
        [0x82],
        [0xdc, 0, 2],
        [0xde, 0, 1],
        [0xd9, 2, 0x61, 0x62],
        [0xc4, 1, 7],
      ),
      fc
        .tuple(fc.constantFrom(0xdd, 0xdf, 0xdb, 0xc6, 0xc9), size)
        .map(([head, n]) => [head, ...u32(n)]),
      fc
        .tuple(fc.constantFrom(0xcb, 0xcf, 0xd3), size, size)
        .map(([head, a, b]) => [head, ...u32(a), ...u32(b)]),
      fc.nat(255).map((byte) => [byte]),
    ),
    { maxLength: 40 },
  )
  .map((items) => Uint8Array.from(items.flat()));
