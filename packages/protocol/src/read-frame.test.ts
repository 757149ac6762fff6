import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Frame } from "./frame.ts";
import { FrameError } from "./frame-codec.ts";
import { readFrame } from "./read-frame.ts";

const samples: readonly Frame[] = [
  { type: "hello" },
  { type: "hello", session: "abcdefghijklmno-", seen: 0, token: "" },
  { type: "welcome", connection: "c1", resumed: false },
  { type: "welcome", connection: "", resumed: true, tokenExpiresInMs: 0.5 },
  { type: "auth", token: "t" },
  { type: "authenticated" },
  { type: "authenticated", tokenExpiresInMs: 60_000 },
  { type: "event", name: "say" },
  { type: "event", name: "say", id: 1, data: null },
  { type: "ack", id: 1 },
  { type: "request", name: "ask", id: Number.MAX_SAFE_INTEGER, data: [1] },
  { type: "response", id: 1, data: {} },
  { type: "error", code: "ERR_X", message: "" },
  { type: "error", id: 2, code: "ERR_X", message: "No.", details: 5 },
  { type: "cancel", id: 1 },
  { type: "subscribe", id: 1, topic: "room/a" },
  { type: "subscribe", id: 1, topic: "room/a", since: { epoch: "", offset: 0 } },
  { type: "unsubscribe", id: 1, topic: "room/a" },
  { type: "publish", id: 1, topic: "room/a", name: "said" },
  { type: "publish", id: 1, topic: "room/a", name: "said", data: [] },
  { type: "publication", topic: "room/a", name: "said" },
  { type: "publication", topic: "room/a", name: "said", offset: 1, epoch: "e" },
  { type: "gap", topic: "room/a" },
  { type: "presence", id: 1, topic: "room/a" },
  { type: "presence", topic: "room/a", joined: [{ id: "u1", data: null }], left: [] },
  { type: "presence", topic: "room/a" },
  { type: "subscribed", topic: "room/a" },
  { type: "subscribed", topic: "room/a", position: { epoch: "e", offset: 5 } },
  { type: "unsubscribed", topic: "room/a" },
  { type: "ping" },
  { type: "ping", seen: 4 },
  { type: "pong" },
  { type: "reconnect", afterMs: 0 },
];

function problemOf(value: unknown): string {
  try {
    readFrame(value);
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError);
    return (error as FrameError).message;
  }
  return "";
}

describe("readFrame", () => {
  it.each(samples)("answers %j itself", (frame) => {
    expect(readFrame(frame)).toBe(frame);
  });

  it("ignores members that it does not know", () => {
    for (const frame of samples) {
      expect(problemOf({ ...frame, zzz: 1, traceId: {}, isUrgent: null })).toBe("");
    }
  });

  it.each([null, undefined, 1, "ping", true, [], [{ type: "ping" }]])(
    "refuses %j, which is no object",
    (value) => {
      expect(problemOf(value)).toBe("it is not an object");
    },
  );

  it.each([
    undefined,
    null,
    "",
    "Ping",
    "toString",
    "__proto__",
    1,
    ["ping"],
    { toString: "ping" },
  ])("refuses the type %j", (type) => {
    expect(problemOf({ type })).toBe('its "type" is not one of this protocol');
  });

  it("refuses an object without a type", () => {
    expect(problemOf({ name: "say" })).toBe('its "type" is not one of this protocol');
  });

  it.each([0, -1, 1.5, 2 ** 53, "1", null, undefined, {}, [1], Number.NaN])(
    "refuses the id %j",
    (id) => {
      const problem = 'its "id" must be a whole number from 1 to 9007199254740991';
      for (const type of ["ack", "cancel", "response"])
        expect(problemOf({ type, id })).toBe(problem);
      expect(problemOf({ type: "request", name: "ask", id })).toBe(problem);
      expect(problemOf({ type: "event", name: "say", id })).toBe(id === undefined ? "" : problem);
    },
  );

  it.each([
    ["auth", "token", null, "a string"],
    ["hello", "token", 5, "a string"],
    ["hello", "session", "short", "16 to 64 letters, digits, _ and -"],
    ["hello", "session", "x".repeat(65), "16 to 64 letters, digits, _ and -"],
    ["hello", "session", "abcdefghijklmnop\n", "16 to 64 letters, digits, _ and -"],
    ["hello", "session", "äbcdefghijklmnop", "16 to 64 letters, digits, _ and -"],
    ["hello", "seen", -1, "a whole number from 0"],
    ["ping", "seen", 0.5, "a whole number from 0"],
    ["ping", "seen", null, "a whole number from 0"],
    ["reconnect", "afterMs", -1, "a number of milliseconds from 0"],
    ["reconnect", "afterMs", Number.POSITIVE_INFINITY, "a number of milliseconds from 0"],
    ["reconnect", "afterMs", "5", "a number of milliseconds from 0"],
    ["authenticated", "tokenExpiresInMs", null, "a number of milliseconds from 0"],
    ["welcome", "resumed", 1, "true or false"],
    ["welcome", "connection", 1, "a string"],
    ["event", "name", { toString: () => "say" }, "a string"],
    ["publication", "topic", undefined, "a string"],
    ["publication", "offset", 0, "a whole number from 1 to 9007199254740991"],
    ["publication", "offset", "1", "a whole number from 1 to 9007199254740991"],
    ["publication", "epoch", 1, "a string"],
    ["publish", "topic", null, "a string"],
    ["publish", "name", 1, "a string"],
    ["presence", "id", 0, "a whole number from 1 to 9007199254740991"],
    ["presence", "topic", undefined, "a string"],
    ["presence", "joined", {}, "a list of objects with an id"],
    ["presence", "joined", [{ id: "u1" }, null], "a list of objects with an id"],
    ["presence", "joined", [{ id: 1 }], "a list of objects with an id"],
    ["presence", "left", "u1", "a list of strings"],
    ["presence", "left", ["u1", 2], "a list of strings"],
    ["gap", "topic", 1, "a string"],
    ["unsubscribed", "topic", 1, "a string"],
    ["error", "code", 500, "a string"],
    ["error", "message", null, "a string"],
  ])("refuses %s with the %s %j", (type, member, value, wanted) => {
    const valid = samples.findLast((frame) => frame.type === type);
    expect(problemOf({ ...valid, [member]: value })).toBe(`its "${member}" must be ${wanted}`);
  });

  it.each([null, 5, "e", [], { epoch: "e" }, { offset: 1 }, { epoch: 1, offset: 1 }])(
    "refuses the position %j",
    (position) => {
      const wanted = "must have an epoch, a string, and an offset, a whole number from 0";
      const topic = "room/a";
      expect(problemOf({ type: "subscribe", id: 1, topic, since: position })).toBe(
        `its "since" ${wanted}`,
      );
      expect(problemOf({ type: "subscribed", topic, position })).toBe(`its "position" ${wanted}`);
    },
  );

  it.each([-1, 0.5, 2 ** 53, null, "1"])("refuses the offset %j of a position", (offset) => {
    const since = { epoch: "e", offset };
    expect(problemOf({ type: "subscribe", id: 1, topic: "a", since })).toContain('"since"');
  });

  it("takes any object for a frame or throws a FrameError that quotes nothing of it", () => {
    const types = fc.constantFrom(...samples.map(({ type }) => type));
    const members = fc.dictionary(
      fc.constantFrom(
        ...["id", "name", "topic", "code", "message", "token", "session", "seen"],
        ...["since", "position", "offset", "epoch", "joined", "left"],
      ),
      fc.oneof(fc.constant("secret text"), fc.constant(1), fc.jsonValue()),
    );
    fc.assert(
      fc.property(fc.oneof(types, fc.constant("secret")), members, (type, rest) => {
        expect(problemOf({ ...rest, type })).not.toContain("secret");
      }),
      { numRuns: 300 },
    );
  });
});
