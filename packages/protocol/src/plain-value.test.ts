import { describe, expect, it } from "vitest";
import { FrameError } from "./frame-codec.ts";
import { checkPlainValue } from "./plain-value.ts";

const parsed = (text: string): unknown => JSON.parse(text);

describe("checkPlainValue", () => {
  it.each([null, 1, "text", true, undefined])("takes %s at any depth", (value) => {
    expect(() => checkPlainValue(value, 0)).not.toThrow();
  });

  it.each([
    ["[]", 1],
    ["{}", 1],
    ['{"a":[1]}', 2],
    ['[1,[2,{"a":{}}]]', 4],
  ])("counts the levels of %s as %i", (text, depth) => {
    expect(() => checkPlainValue(parsed(text), depth)).not.toThrow();
    expect(() => checkPlainValue(parsed(text), depth - 1)).toThrow(
      new FrameError("it is nested too deeply"),
    );
  });

  it.each(['{"__proto__":1}', '[{"a":{"__proto__":null}}]'])("refuses %s", (text) => {
    expect(() => checkPlainValue(parsed(text), 64)).toThrow(
      new FrameError('the key "__proto__" is not allowed'),
    );
  });

  it("refuses a constructor that holds a prototype, whatever that is", () => {
    expect(() => checkPlainValue(parsed('{"constructor":{"prototype":null}}'), 64)).toThrow(
      new FrameError('the key "constructor" is not allowed'),
    );
  });

  it.each(['{"constructor":{"a":{"prototype":1}}}', '{"prototype":1}', '{"constructor":[1]}'])(
    "takes %s",
    (text) => {
      expect(() => checkPlainValue(parsed(text), 64)).not.toThrow();
    },
  );

  it("takes bytes for one value, not for a list of numbers", () => {
    expect(() => checkPlainValue({ bytes: new Uint8Array(3) }, 1)).not.toThrow();
  });
});
