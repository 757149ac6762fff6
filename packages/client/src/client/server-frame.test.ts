import { type Frame, FrameError, readFrame } from "@windlass/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readServerFrame } from "./server-frame.ts";

const serverTypes = [
  "welcome",
  "authenticated",
  "event",
  "request",
  "cancel",
  "response",
  "ack",
  "error",
  "publication",
  "gap",
  "presence",
  "subscribed",
  "unsubscribed",
  "pong",
  "reconnect",
];
const members = ["id", "name", "topic", "code", "message", "connection", "resumed", "afterMs"];
const value = fc.oneof(
  fc.constantFrom(undefined, null, true, false, 0, 1, -1, 1.5, "", "text", {}, []),
  fc.integer(),
);

/** Objects that may be frames: of any type, with members of any kind. */
const candidate = fc
  .tuple(
    fc.constantFrom(...serverTypes, "hello", "novelty", 7, undefined),
    fc.dictionary(fc.constantFrom(...members), value),
  )
  .map(([type, rest]) => ({ ...rest, type }));

function verdict(read: () => unknown): "frame" | "unknown" | "refused" {
  try {
    return read() === undefined ? "unknown" : "frame";
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError);
    return "refused";
  }
}

describe("readServerFrame", () => {
  it("takes every frame of a server that readFrame() takes", () => {
    fc.assert(
      fc.property(candidate, (frame) => {
        const isServerFrame = serverTypes.includes(String(frame.type));
        fc.pre(isServerFrame && verdict(() => readFrame(frame)) === "frame");
        expect(readServerFrame(frame)).toBe(frame);
      }),
      { numRuns: 1000 },
    );
  });

  it("answers a frame, refuses, or does not know the type, whatever the value is", () => {
    fc.assert(
      fc.property(fc.oneof(candidate, fc.jsonValue()), (input) => {
        const answer = verdict(() => readServerFrame(input));
        const type = (Object(input) as { readonly type?: unknown }).type;
        if (typeof type !== "string") expect(answer).toBe("refused");
        else if (!serverTypes.includes(type)) expect(answer).toBe("unknown");
        else expect(answer).not.toBe("unknown");
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    [{ type: "ack" }, "id"],
    [{ type: "ack", id: "1" }, "id"],
    [{ type: "welcome", connection: "c", resumed: 1 }, "resumed"],
    [{ type: "event", name: 1 }, "name"],
    [{ type: "request", name: "x" }, "id"],
    [{ type: "error", code: "x" }, "message"],
    [{ type: "publication", name: "x" }, "topic"],
    [{ type: "gap" }, "topic"],
    [{ type: "presence", joined: [] }, "topic"],
    [{ type: "subscribed", topic: 1 }, "topic"],
    [{ type: "unsubscribed", topic: null }, "topic"],
    [{ type: "reconnect", afterMs: null }, "afterMs"],
  ] as readonly (readonly [Partial<Frame>, string])[])(
    "names what is wrong with %j",
    (frame, name) => {
      expect(() => readServerFrame(frame)).toThrow(`"${name}"`);
    },
  );
});
