import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodeEnvelope,
  encodeMessage,
  parsePosition,
  splitMessage,
  UnknownEnvelopeError,
} from "./envelope.ts";

const attributes = fc.record(
  {
    event: fc.string(),
    route: fc.string(),
    exclude: fc.array(fc.string()),
    eligible: fc.array(fc.string()),
    key: fc.string({ unit: "grapheme" }),
    isVolatile: fc.boolean(),
    compress: fc.boolean(),
    control: fc.dictionary(fc.string(), fc.jsonValue()),
  },
  { requiredKeys: [] },
);
const data = fc.oneof(fc.string({ unit: "grapheme" }), fc.uint8Array({ maxLength: 1_000 }));

test("comes out of its envelope as it went in", () => {
  fc.assert(
    fc.property(data, fc.option(attributes, { nil: undefined }), (given, about) => {
      const message = encodeMessage({
        topic: "t",
        data: given,
        ...(about && { attributes: about }),
      });
      const { position, envelope } = splitMessage(message);
      const seen = decodeEnvelope("t", envelope, position);
      expect(position).toBeUndefined();
      expect(typeof seen.data === "string" ? seen.data : new Uint8Array(seen.data)).toEqual(given);
      // As JSON has it: -0 is 0 there.
      expect(seen.attributes).toEqual(about && JSON.parse(JSON.stringify(about)));
    }),
  );
});

test("carries a position before the envelope, as the script writes it", () => {
  const envelope = encodeMessage({ topic: "t", data: "grüße" }).subarray(1);
  const at = "T8HZvvXZLBJi:42";
  const message = Buffer.concat([Buffer.from([at.length]), Buffer.from(at), envelope]);
  const split = splitMessage(message);
  expect(split.position).toEqual({ epoch: "T8HZvvXZLBJi", offset: 42 });
  expect(decodeEnvelope("t", split.envelope, split.position)).toEqual({
    topic: "t",
    data: "grüße",
    position: { epoch: "T8HZvvXZLBJi", offset: 42 },
  });
});

test("copies the bytes it is given", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const message = encodeMessage({ topic: "t", data: bytes });
  bytes.fill(9);
  expect([...decodeEnvelope("t", message.subarray(1)).data]).toEqual([1, 2, 3]);
});

test("refuses an envelope that it does not know", () => {
  for (const bytes of [[], [2, 1, 65], [1], [1, 7, 65], [1, 3, 0, 0], [1, 2, 0, 0, 0, 1, 123]]) {
    expect(() => decodeEnvelope("t", Buffer.from(bytes))).toThrow(UnknownEnvelopeError);
  }
});

test("never throws anything else at what it does not know", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const { envelope, position } = splitMessage(Buffer.from(bytes));
      try {
        decodeEnvelope("t", envelope, position);
      } catch (error) {
        expect(error).toBeInstanceOf(UnknownEnvelopeError);
      }
    }),
  );
});

test("reads positions", () => {
  expect(parsePosition("abc:7")).toEqual({ epoch: "abc", offset: 7 });
  expect(parsePosition("a:b:7")).toEqual({ epoch: "a:b", offset: 7 });
  for (const text of ["", "7", ":7", "abc:", "abc:x"]) {
    if (text !== "abc:") expect(parsePosition(text)).toBeUndefined();
  }
});
