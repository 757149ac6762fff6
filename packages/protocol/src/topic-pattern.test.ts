import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { anyCharacter } from "./any-text.test-helper.ts";
import { ProtocolError } from "./protocol-error.ts";
import {
  maxTopicLength,
  type TopicParams,
  TopicPatterns,
  topicOf,
  topicPatternProblem,
} from "./topic-pattern.ts";

const literal = fc.stringMatching(/^[\w.~-]{1,6}$/);
const param = fc.stringMatching(/^:[A-Za-z_]\w{0,4}$/);
const pattern = fc
  .array(fc.oneof(literal, param), { minLength: 1, maxLength: 5 })
  .map((segments) => segments.join("/"))
  .filter((candidate) => topicPatternProblem(candidate) === undefined);

const value = fc.string({ unit: anyCharacter, minLength: 1, maxLength: 4 });

const namesOf = (text: string): string[] =>
  [...text.matchAll(/:(\w+)/g)].map(([, name]) => `${name}`);

const patternWithParams = pattern.chain((text) =>
  fc.record({
    text: fc.constant(text),
    params: fc
      .array(value, { minLength: namesOf(text).length, maxLength: namesOf(text).length })
      .map((values) =>
        Object.fromEntries(namesOf(text).map((name, at) => [name, `${values[at]}`])),
      ),
  }),
);

describe("topicOf and TopicPatterns", () => {
  it("are each other's inverse", () => {
    fc.assert(
      fc.property(patternWithParams, ({ text, params }) => {
        const topic = topicOf(text, params);
        expect({ ...new TopicPatterns([text]).match(topic)?.params }).toEqual(params);
        expect(new TopicPatterns([text]).match(topic)?.pattern).toBe(text);
      }),
    );
  });

  it("know one spelling of each topic: what matches is written as it was", () => {
    const segment = fc.oneof(literal, fc.string({ maxLength: 4 }), value.map(encodeURIComponent));
    const spoilt = segment.map((text) =>
      text.replace(/%[A-F0-9]{2}/g, (code) => code.toLowerCase()),
    );
    const topics = fc.array(fc.oneof(segment, spoilt), { minLength: 1, maxLength: 4 });
    const patterns = new TopicPatterns([":a", "room/:b", ":a/:b", ":a/x/:c", ":a/:b/:c/:d"]);
    let matches = 0;
    fc.assert(
      fc.property(topics, (segments) => {
        const topic = segments.join("/");
        const match = patterns.match(topic);
        if (match === undefined) return;
        matches += 1;
        expect(topicOf(match.pattern, match.params)).toBe(topic);
      }),
      { numRuns: 500 },
    );
    expect(matches).toBeGreaterThan(20);
  });
});

describe("topicOf", () => {
  it("encodes a parameter so that it stays in its segment", () => {
    expect(topicOf("room/:name", { name: "a/b c%" })).toBe("room/a%2Fb%20c%25");
  });

  it("writes half a surrogate pair as U+FFFD", () => {
    expect(topicOf(":name", { name: "\ud800" })).toBe("%EF%BF%BD");
  });

  it.each([
    [{}, "undefined"],
    [{ name: "" }, '""'],
    [{ name: 7 }, "number"],
    [Object.create({ name: "inherited" }), "undefined"],
  ])("refuses the parameters %j", (params, seen) => {
    expect(() => topicOf("room/:name", params)).toThrow(
      new ProtocolError(
        "ERR_TOPIC_INVALID",
        `The parameter "name" of the topic "room/:name" is ${seen}; wanted a string that is not empty.`,
      ),
    );
  });

  it("takes a topic of 200 characters, counted as they are written, and no more", () => {
    expect(topicOf(":a", { a: "x".repeat(maxTopicLength) })).toHaveLength(200);
    expect(topicOf(":a", { a: "€".repeat(22) })).toHaveLength(198);
    const wanted =
      'A topic of ":a" has 207 characters; wanted at most 200. Shorten its parameters.';
    expect(() => topicOf(":a", { a: "€".repeat(23) })).toThrow(wanted);
    expect(() => topicOf(":a", { a: "x".repeat(201) })).toThrow(ProtocolError);
  });

  it("never quotes a parameter", () => {
    expect(() => topicOf(":a", { a: "secret".repeat(50) })).toThrow(/^(?!.*secret)/);
  });
});

describe("TopicPatterns", () => {
  it("prefers names to parameters, from the left, whatever the order of the patterns", () => {
    const names = ["a/b", "a/:x", ":x/b", ":x/:y", "c/:x/d", "c/d/:x"];
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: names.length }), (shuffled) => {
        const patterns = new TopicPatterns(shuffled);
        const found = ["a/b", "a/z", "z/b", "z/z", "c/d/d", "c/z/d"].map(
          (topic) => patterns.match(topic)?.pattern,
        );
        expect(found).toEqual(["a/b", "a/:x", ":x/b", ":x/:y", "c/d/:x", "c/:x/d"]);
      }),
    );
  });

  it.each([
    "",
    "room",
    "room/",
    "room/a/b",
    "Room/a",
    "/room/a",
    "room/a/",
    "room/a%2fb",
    "room/%",
    "room/%41",
    "room/a b",
    "room/%FF",
  ])("finds no pattern for %j", (topic) => {
    expect(new TopicPatterns(["room/:name"]).match(topic)).toBeUndefined();
  });

  it("finds no pattern for a topic that topicOf would have refused for its length", () => {
    const patterns = new TopicPatterns([":a"]);
    expect(patterns.match("x".repeat(200))?.pattern).toBe(":a");
    expect(patterns.match("x".repeat(201))).toBeUndefined();
  });

  it("keeps a parameter that is named after a member of Object.prototype", () => {
    const match = new TopicPatterns([":__proto__/:toString"]).match("a/b");
    expect(Object.entries(match?.params ?? {})).toEqual([
      ["__proto__", "a"],
      ["toString", "b"],
    ]);
  });
});

describe("topicPatternProblem", () => {
  it.each(["room", "room/:name", ":a/:b", "a.b-c_d~e/:_x1"])("takes %j", (text) => {
    expect(topicPatternProblem(text)).toBeUndefined();
  });

  it.each([
    ["", '"" is neither a name nor a parameter such as ":room"'],
    ["room/", '"" is neither a name nor a parameter such as ":room"'],
    ["room/:", '":" is neither a name nor a parameter such as ":room"'],
    ["room/:1", '":1" is neither a name nor a parameter such as ":room"'],
    ["room/a b", '"a b" is neither a name nor a parameter such as ":room"'],
    ["room/a:b", '"a:b" is neither a name nor a parameter such as ":room"'],
    ["room/*", '"*" is neither a name nor a parameter such as ":room"'],
    ["ä", '"ä" is neither a name nor a parameter such as ":room"'],
    [":a/:a", "a parameter is named twice"],
  ])("refuses %j", (text, problem) => {
    expect(topicPatternProblem(text)).toBe(problem);
  });
});

it("the type of the parameters follows from the pattern", () => {
  expectTypeOf<TopicParams<"room">>().toEqualTypeOf<Record<never, string>>();
  expectTypeOf<TopicParams<"room/:name">>().toEqualTypeOf<{ readonly name: string }>();
  expectTypeOf<TopicParams<":a/x/:b">>().toEqualTypeOf<{
    readonly a: string;
    readonly b: string;
  }>();
});
