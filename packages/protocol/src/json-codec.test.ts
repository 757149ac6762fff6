import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "./any-text.test-helper.ts";
import type { Frame } from "./frame.ts";
import { FrameError } from "./frame-codec.ts";
import { jsonCodec } from "./json-codec.ts";

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

function problemOf(text: string, maxDepth?: number): string {
  try {
    jsonCodec.decode(text, maxDepth === undefined ? undefined : { maxDepth });
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError);
    return (error as FrameError).message;
  }
  return "";
}

describe("encode", () => {
  it("writes frames as JSON.stringify would", () => {
    const anyData = fc.option(fc.jsonValue(), { nil: undefined });
    fc.assert(
      fc.property(fc.maxSafeNat(), anyText, anyData, (id, name, data) => {
        const frames: readonly Frame[] = [
          { type: "response", id, data },
          { type: "ack", id },
          { type: "request", id, name, data },
          { type: "event", id, name, data },
          { type: "event", name, data },
          { type: "publication", topic: name, name, data },
        ];
        for (const frame of frames) expect(jsonCodec.encode(frame)).toBe(JSON.stringify(frame));
      }),
    );
  });

  it.each([
    ["undefined", undefined],
    ["a function", () => 1],
    ["a symbol", Symbol("x")],
  ])("leaves out data that is %s", (_name, data) => {
    expect(jsonCodec.encode({ type: "response", id: 1, data })).toBe('{"type":"response","id":1}');
    expect(jsonCodec.encode({ type: "event", name: "x", data })).toBe(
      '{"type":"event","name":"x"}',
    );
  });

  it("writes every other frame whole", () => {
    const frame: Frame = { type: "error", id: 7, code: "no", message: "No.", details: [1] };
    expect(jsonCodec.encode(frame)).toBe(JSON.stringify(frame));
  });

  it("refuses a bigint", () => {
    expect(() => jsonCodec.encode({ type: "event", name: "x", data: 1n })).toThrow(TypeError);
    expect(() => jsonCodec.encode({ type: "response", id: 1, data: 1n })).toThrow(TypeError);
  });
});

describe("decode", () => {
  it("refuses bytes", () => {
    expect(() => jsonCodec.decode(new Uint8Array([123, 125]))).toThrow(
      new FrameError("it is binary; wanted a text message"),
    );
  });

  it.each(["", "{", '{"a":}', "undefined", "NaN", "{'a':1}", '{"a":1}x', "\u{feff}{}"])(
    "refuses %j, which is not JSON",
    (text) => {
      expect(problemOf(text)).toMatch(/^it is not JSON(: see position \d+)?$/);
    },
  );

  it("says where the text stops being JSON when the engine does", () => {
    const text = `{"a":${"1".repeat(60)},}`;
    expect(problemOf(text)).toMatch(/^it is not JSON(: see position 66)?$/);
  });

  it.each([
    "position 4711",
    '{"a":"b at position 4711',
    "at position 4711",
    '"at position 4711" 2',
  ])("never quotes the text: %j", (text) => {
    expect(problemOf(text)).not.toContain("4711");
  });

  it("takes as many levels as the limit says and no more", () => {
    for (const maxDepth of [1, 2, 64, 100]) {
      expect(problemOf(nested(maxDepth), maxDepth)).toBe("");
      expect(problemOf(nested(maxDepth + 1), maxDepth)).toBe("it is nested too deeply");
    }
  });

  it("takes 64 levels when nothing else is said", () => {
    expect(problemOf(nested(64))).toBe("");
    expect(problemOf(nested(65))).toBe("it is nested too deeply");
  });

  it.each([
    ["spelled out", '{"data":{"__proto__":{"admin":true}}}'],
    ["spelled in escapes", String.raw`{"data":{"\u005f_proto__":{"admin":true}}}`],
    ["spelled in escapes throughout", String.raw`[{"\u005F\u005Fproto\u005f\u005f":1}]`],
    ["in a long text", `{"a":${JSON.stringify("x".repeat(500))},"__proto__":1}`],
  ])('refuses the key "__proto__", %s', (_name, text) => {
    expect(problemOf(text)).toBe('the key "__proto__" is not allowed');
  });

  it.each([
    '{"constructor":{"prototype":{"admin":true}}}',
    String.raw`{"c\u006fnstructor":{"prototype":1}}`,
    String.raw`{"constructor":{"protot\u0079pe":1}}`,
  ])("refuses %s", (text) => {
    expect(problemOf(text)).toBe('the key "constructor" is not allowed');
  });

  it.each([
    '{"a":"__proto__"}',
    '{"a":["constructor","prototype"]}',
    '{"constructor":"Hansen & Sons"}',
    '{"constructor":{"name":"x"}}',
    '{"prototype":{"constructor":1}}',
    '{"constructor":null}',
  ])("takes %s, which reaches no prototype", (text) => {
    expect(jsonCodec.decode(text)).toEqual(JSON.parse(text));
  });
});
