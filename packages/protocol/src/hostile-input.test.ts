import { Decoder } from "@msgpack/msgpack";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { anyText } from "./any-text.test-helper.ts";
import { type FrameCodec, FrameError } from "./frame-codec.ts";
import { anyFrame, msgpackItems, mutated } from "./hostile-bytes.test-helper.ts";
import { jsonCodec } from "./json-codec.ts";
import { msgpackCodec } from "./msgpack/index.ts";
import { readFrame } from "./read-frame.ts";

// Seeded: the run is the same each time.
const options = { seed: 4, numRuns: 1500 };

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** How deep plain data is; infinite for what is none. */
function depthOf(value: unknown): number {
  if (value === null || ["string", "boolean", "number"].includes(typeof value)) return 0;
  if (typeof value !== "object") return Number.POSITIVE_INFINITY;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Uint8Array.prototype) return 0;
  if (prototype !== Object.prototype && prototype !== Array.prototype)
    return Number.POSITIVE_INFINITY;
  if (Object.hasOwn(value, "__proto__")) return Number.POSITIVE_INFINITY;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** Places that a decoder makes: items of lists, members of objects, and the value itself. */
function placesOf(value: unknown): number {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return 1;
  return Object.values(value).reduce<number>((sum, item) => sum + placesOf(item), 1);
}

/** Whether it was read; throws for anything but plain data and a FrameError without quotes. */
function isRead(codec: FrameCodec, payload: string | Uint8Array): boolean {
  let value: unknown;
  try {
    value = codec.decode(payload);
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError);
    return false;
  }
  expect(depthOf(value)).toBeLessThanOrEqual(64);
  if (typeof payload !== "string") expect(placesOf(value)).toBeLessThanOrEqual(payload.length);
  try {
    expect(readFrame(value)).toBe(value);
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError);
  }
  return true;
}

afterEach(() => vi.restoreAllMocks());

const jsonFrame = anyFrame.map((frame) => bytesOf(jsonCodec.encode(frame) as string));
const msgpackFrame = anyFrame.map((frame) => msgpackCodec.encode(frame) as Uint8Array);

describe.each<
  [string, FrameCodec, (bytes: Uint8Array) => string | Uint8Array, fc.Arbitrary<Uint8Array>]
>([
  ["JSON", jsonCodec, textOf, jsonFrame],
  ["MessagePack", msgpackCodec, (bytes) => bytes, msgpackFrame],
])("decoding %s", (_name, codec, payloadOf, validFrame) => {
  it("answers plain data or throws a FrameError for any bytes", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), anyText.map(bytesOf), msgpackItems), (bytes) => {
        isRead(codec, payloadOf(bytes));
      }),
      options,
    );
  });

  it("answers plain data or throws a FrameError for frames with changes in them", () => {
    let read = 0;
    let runs = 0;
    fc.assert(
      fc.property(mutated(validFrame), (bytes) => {
        runs += 1;
        if (isRead(codec, payloadOf(bytes))) read += 1;
      }),
      options,
    );
    // Both happen often, else the changes would be too large or too small.
    expect(read).toBeGreaterThan(runs / 100);
    expect(read).toBeLessThan(runs / 2);
  });
});

const deep = 100_000;

describe("a hundred thousand levels", () => {
  it.each([
    ["lists", "[".repeat(deep) + "]".repeat(deep)],
    ["lists without an end", "[".repeat(deep)],
    ["objects", `${'{"a":'.repeat(deep)}1${"}".repeat(deep)}`],
    ["objects without an end", '{"a":'.repeat(deep)],
    [
      "data of a frame",
      `{"type":"event","name":"x","data":${"[".repeat(deep)}${"]".repeat(deep)}}`,
    ],
    ["ends only", "]".repeat(deep)],
  ])("are refused in JSON: %s", (_name, text) => {
    expect(isRead(jsonCodec, text)).toBe(false);
  });

  it.each([
    ["lists", [0x91], [0x90]],
    ["maps", [0x81, 0xa1, 0x61], [0xc0]],
    ["lists of two", [0x92, 0xc0], [0x90]],
    ["lists with long headers", [0xdd, 0, 0, 0, 1], [0x90]],
    ["lists without an end", [0x91], []],
  ])("are refused in MessagePack before the library sees them: %s", (_name, open, end) => {
    const decode = vi.spyOn(Decoder.prototype, "decode");
    const bytes = Uint8Array.from([...new Array(deep).fill(open).flat(), ...end]);
    expect(isRead(msgpackCodec, bytes)).toBe(false);
    expect(decode).not.toHaveBeenCalled();
  });
});

describe("sizes that are not true", () => {
  it("are refused before the library allots anything, whatever claims them", () => {
    const decode = vi.spyOn(Decoder.prototype, "decode");
    const head = fc.constantFrom(0xc6, 0xdb, 0xdd, 0xdf);
    // From a size on that the bytes after it cannot hold, up to the largest one.
    const claim = fc.integer({ min: 200, max: 0xffffffff });
    fc.assert(
      fc.property(fc.nat(50), head, claim, fc.nat(150), (levels, first, size, rest) => {
        const bytes = new Uint8Array(levels + 5 + rest).fill(0xc0);
        bytes.fill(0x91, 0, levels);
        bytes[levels] = first;
        new DataView(bytes.buffer).setUint32(levels + 1, size);
        expect(isRead(msgpackCodec, bytes)).toBe(false);
      }),
      options,
    );
    expect(decode).not.toHaveBeenCalled();
  });

  it("are refused when lists that would fit alone share the bytes that are left", () => {
    const decode = vi.spyOn(Decoder.prototype, "decode");
    const bytes = new Uint8Array(1_000_000).fill(0xc0);
    const view = new DataView(bytes.buffer);
    for (let level = 0; level < 60; level += 1) {
      bytes[5 * level] = 0xdd;
      view.setUint32(5 * level + 1, 900_000);
    }
    // The library would have allotted 60 lists of 7 MB.
    expect(isRead(msgpackCodec, bytes)).toBe(false);
    expect(decode).not.toHaveBeenCalled();
  });

  it("the library is asked only about what it can hold", () => {
    const decode = vi.spyOn(Decoder.prototype, "decode");
    expect(isRead(msgpackCodec, Uint8Array.of(0x92, 0xc0, 0x90))).toBe(true);
    expect(decode).toHaveBeenCalledTimes(1);
  });
});
