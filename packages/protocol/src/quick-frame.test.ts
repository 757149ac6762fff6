import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quickFrame } from "./quick-frame.ts";

const usual = '{"type":"request","id":12,"name":"add","data":{"a":1}}';

describe("the quick way to read a frame", () => {
  it("reads requests and events as they are usually written", () => {
    expect(quickFrame(usual)).toEqual(JSON.parse(usual));
    const event = '{"type":"event","id":7,"name":"chat.say:now-1","data":null}';
    expect(quickFrame(event)).toEqual(JSON.parse(event));
    const withoutId = '{"type":"event","name":"say","data":[{"type":"event"}]}';
    expect(quickFrame(withoutId)).toEqual(JSON.parse(withoutId));
  });

  it.each([
    ['{"type":"request","name":"add","data":1}', "a request without an id"],
    ['{"type":"request","id":0,"name":"add","data":1}', "an id of 0"],
    ['{"type":"request","id":01,"name":"add","data":1}', "an id with a zero in front"],
    ['{"type":"request","id":9007199254740993,"name":"add","data":1}', "an id that is too large"],
    ['{"type":"request","id":1.5,"name":"add","data":1}', "an id that is no whole number"],
    ['{"type":"event","name":"a\\u0062","data":1}', "a name with an escape"],
    ['{"type":"event","name":"","data":1}', "an empty name"],
    ['{"type":"event","name":"say"}', "no data"],
    ['{"type":"event","name":"say","data":1,"extra":2}', "another member behind the data"],
    ['{"type":"event","name":"say","data":1,"name":"other"}', "a member twice"],
    ['{"type":"event", "name":"say","data":1}', "white space"],
    ['{"type":"event","name":"say","data":1} ', "white space at the end"],
    ['{"type":"event","name":"say","data":}', "data that is missing"],
    ['{"type":"event","name":"say","data":1}}', "a brace too many"],
    ['{"type":"ping"}', "another type"],
  ])("leaves %s to the long way: %s", (text) => {
    expect(quickFrame(text)).toBeUndefined();
  });

  it("never answers anything but what parsing the whole would", () => {
    const piece = fc.constantFrom(
      ...[
        '{"type":"',
        "request",
        "event",
        '",',
        '"id":',
        "1",
        "0",
        "77",
        "9".repeat(15),
        ",",
        '"name":"',
        "say",
      ],
      ...[
        '","data":',
        "{",
        "}",
        "[",
        "]",
        '"',
        "null",
        '{"a":[1,2]}',
        ":",
        "\\",
        " ",
        "-",
        ".",
        "e5",
        '"x":1',
      ],
    );
    const glued = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(""));
    const written = fc
      .tuple(
        fc.constantFrom('"request","id":', '"event","id":'),
        fc.integer({ min: -1, max: 2 ** 53 }),
        fc.json(),
        fc.constantFrom("}", "", "}}", ',"b":1}', " }"),
      )
      .map(([type, id, data, end]) => `{"type":${type}${id},"name":"say","data":${data}${end}`);
    fc.assert(
      fc.property(fc.oneof(glued, written), (text) => {
        const quick = quickFrame(text);
        if (quick !== undefined) expect(quick).toEqual(JSON.parse(text));
      }),
      { numRuns: 5_000 },
    );
  });
});
