import { type Frame, FrameError, jsonCodec } from "@windlass/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonFrames } from "./json-frames.ts";

const id = fc.integer({ min: 1 });
const data = fc.option(fc.jsonValue(), { nil: undefined });
const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ type: fc.constant("event" as const), id, name: fc.string(), data }),
  fc.record({ type: fc.constant("request" as const), id, name: fc.string(), data }),
  fc.record({ type: fc.constant("response" as const), id, data }),
  fc.record({ type: fc.constant("ack" as const), id }),
  fc.record({
    type: fc.constant("publication" as const),
    topic: fc.string(),
    name: fc.string(),
    data,
  }),
);

/** What a codec reads in a text: a value as JSON, or nothing. */
function read(decode: (text: string) => unknown, text: string): string | undefined {
  try {
    return JSON.stringify(decode(text));
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError);
    return undefined;
  }
}

describe("jsonFrames", () => {
  it("speaks the subprotocol of jsonCodec, in text", () => {
    const { subprotocol, isBinary } = jsonFrames;
    expect({ subprotocol, isBinary }).toEqual({
      subprotocol: jsonCodec.subprotocol,
      isBinary: jsonCodec.isBinary,
    });
  });

  it("writes what jsonCodec reads, and reads what it writes", () => {
    fc.assert(
      fc.property(frame, (sent) => {
        const plain: unknown = JSON.parse(JSON.stringify(sent));
        expect(jsonCodec.decode(jsonFrames.encode(sent))).toEqual(plain);
        expect(jsonFrames.decode(jsonCodec.encode(sent))).toEqual(plain);
      }),
    );
  });

  it("reads or refuses the same texts as jsonCodec", () => {
    const parts = [
      ...[
        '{"__proto__":',
        '{"__pr\\u006fto__":',
        '{"constructor":',
        '{"prototype":',
        '{"\\u005f_proto__":',
        '{"a":',
      ],
      ..."{}[],1\\",
      '"constructor"',
    ];
    const text = fc.array(fc.constantFrom(...parts), { maxLength: 8 }).map((list) => list.join(""));
    fc.assert(
      fc.property(fc.oneof(text, fc.json(), fc.string()), (written) => {
        expect(read(jsonFrames.decode, written)).toBe(read(jsonCodec.decode, written));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    '{"__proto__":1}',
    '{"a":[{"__proto__":{}}]}',
    '{"\\u005f_proto__":1}',
    '{"__pr\\u006fto__":1}',
    '{"constructor":{"prototype":{}}}',
    '{"constr\\u0075ctor":{"prototype":1}}',
  ])("refuses the key that reaches a prototype in %s", (text) => {
    expect(() => jsonFrames.decode(text)).toThrow(/not allowed/);
    expect(() => jsonCodec.decode(text)).toThrow(/not allowed/);
  });

  it("lets harmless keys of these names pass", () => {
    const value = { constructor: "Porsche", prototype: 1, proto: "\\" };
    expect(jsonFrames.decode(JSON.stringify(value))).toEqual(value);
  });

  it("refuses bytes and what is no JSON, without quoting it", () => {
    expect(() => jsonFrames.decode(new Uint8Array([55]))).toThrow(FrameError);
    expect(() => jsonFrames.decode("secret")).toThrow(/^it is not JSON$/);
  });
});
