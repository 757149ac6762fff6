import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineProtocol } from "./define-protocol.ts";
import { request } from "./definitions.ts";
import { encoded } from "./payload.ts";
import { ProtocolError } from "./protocol-error.ts";

/** What is wrong with a protocol, as plain JavaScript would write it. */
function problemOf(protocol: unknown): string {
  try {
    defineProtocol(protocol as Parameters<typeof defineProtocol>[0]);
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    const { code, message, details } = error as ProtocolError;
    expect(code).toBe("ERR_PROTOCOL_INVALID");
    const { place, problem } = details as { place: string; problem: string };
    expect(message).toBe(`${place} of the protocol: ${problem}.`);
    return message;
  }
  return "";
}

const text = z.string();
const event = { events: { said: text } };
const nameRule = "a name is 1 to 64 letters, digits, _ . : and -, and begins with a letter";

describe("names", () => {
  it.each(["a", "Say", "room.said", "room:said", "a-b_c1", "x".repeat(64), "constructor"])(
    "may be %j",
    (name) => {
      expect(problemOf({ client: { [name]: text }, server: { [name]: text } })).toBe("");
      expect(problemOf({ topics: { room: { events: { [name]: text } } } })).toBe("");
    },
  );

  it.each(["", "1a", "_a", "-a", "a b", "a/b", "ä", "a\n", "x".repeat(65), "__proto__"])(
    "may not be %j",
    (name) => {
      const messages = Object.fromEntries([[name, text]]);
      expect(problemOf({ client: messages })).toBe(`client.${name} of the protocol: ${nameRule}.`);
      expect(problemOf({ server: messages })).toBe(`server.${name} of the protocol: ${nameRule}.`);
      expect(problemOf({ topics: { room: { events: messages } } })).toBe(
        `topics["room"].events.${name} of the protocol: ${nameRule}.`,
      );
    },
  );
});

describe("payloads", () => {
  const wanted = "wanted a zod 4 schema, encoded(schema) or request(data, result)";

  it.each([
    [undefined, "undefined"],
    [null, "null"],
    ["string", "string"],
    [{ text: z.string() }, "object"],
    [() => text, "function"],
    [{ _def: {}, parse: () => 1 }, "object"],
  ])("are refused when they are no schema: %j", (payload, seen) => {
    expect(problemOf({ client: { say: payload } })).toBe(
      `client.say of the protocol: it is of type ${seen}; ${wanted}.`,
    );
  });

  it.each<[string, (payload: unknown) => unknown]>([
    ["client.say", (say) => ({ client: { say } })],
    ["server.say", (say) => ({ server: { say } })],
    ["client.ask.data", (data) => ({ client: { ask: request(data as z.ZodType, text) } })],
    ["client.ask.result", (result) => ({ client: { ask: request(text, result as z.ZodType) } })],
    ["server.ask.result", (result) => ({ server: { ask: request(text, result as z.ZodType) } })],
    ['topics["a/:b"].events.said', (said) => ({ topics: { "a/:b": { events: { said } } } })],
    ['topics["a"].presence', (presence) => ({ topics: { a: { events: {}, presence } } })],
  ])("at %s are named with what is wrong with them", (place, protocolOf) => {
    const isDate = /: JSON has no value for z\.date\(\); write isoDateTime/;
    const nested = z.object({ at: z.array(z.date()) });
    expect(problemOf(protocolOf(nested))).toMatch(isDate);
    expect(problemOf(protocolOf(nested)).startsWith(`${place}.at[] of the protocol:`)).toBe(true);
    expect(problemOf(protocolOf(encoded(nested)))).toMatch(isDate);
    expect(problemOf(protocolOf(encoded(text.transform(Number))))).toMatch(/run a transform/);
    expect(problemOf(protocolOf(text.transform(Number)))).toBe("");
  });
});

describe("topics", () => {
  it("are named with what is wrong with their pattern", () => {
    expect(problemOf({ topics: { "room/:": event } })).toBe(
      'topics["room/:"] of the protocol: ":" is neither a name nor a parameter such as ":room".',
    );
  });

  it("may not be declared twice under different parameters", () => {
    expect(problemOf({ topics: { "a/:b/c": event, "a/:d/c": event } })).toBe(
      'topics["a/:d/c"] of the protocol: its topics are those of "a/:b/c", too.',
    );
    expect(problemOf({ topics: { "a/:b": event, "a/b": event, ":a/b": event } })).toBe("");
  });

  it.each([
    { size: 1, ttlMs: 1 },
    { size: 1_000_000, ttlMs: 31_536_000_000 },
    { size: 10, ttlMs: 1000, positionTtlMs: 1000 },
    { size: 10, ttlMs: 1000, positionTtlMs: 31_536_000_000, isLastValue: true },
    { size: 1, ttlMs: 1000, positionTtlMs: undefined, isLastValue: undefined },
  ])("may keep %j", (history) => {
    expect(problemOf({ topics: { room: { ...event, history } } })).toBe("");
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "5", undefined, 1_000_001])(
    "may not keep %s publications",
    (size) => {
      expect(problemOf({ topics: { room: { ...event, history: { size, ttlMs: 1 } } } })).toBe(
        `topics["room"].history.size of the protocol: it is ${size}; wanted a whole number from 1 to 1000000.`,
      );
    },
  );

  it.each([0, 0.5, "5", undefined, 31_536_000_001])(
    "may not keep publications for %s milliseconds",
    (ttlMs) => {
      expect(problemOf({ topics: { room: { ...event, history: { size: 1, ttlMs } } } })).toBe(
        `topics["room"].history.ttlMs of the protocol: it is ${ttlMs}; wanted a whole number from 1 to 31536000000.`,
      );
    },
  );

  it.each([0, 999, 1000.5, "5", 31_536_000_001])(
    "may not remember a position for %s milliseconds when its publications live for 1000",
    (positionTtlMs) => {
      const history = { size: 1, ttlMs: 1000, positionTtlMs };
      expect(problemOf({ topics: { room: { ...event, history } } })).toBe(
        `topics["room"].history.positionTtlMs of the protocol: it is ${positionTtlMs}; wanted a whole number from 1000 to 31536000000.`,
      );
    },
  );

  it("is a last-value topic or none", () => {
    const history = { size: 1, ttlMs: 1000, isLastValue: "yes" };
    expect(problemOf({ topics: { room: { ...event, history } } })).toBe(
      'topics["room"].history.isLastValue of the protocol: it is yes; wanted true or false.',
    );
  });
});

describe("a message without data", () => {
  it("is declared with z.void()", () => {
    const define = () =>
      defineProtocol({ client: { ping: z.void(), now: request(z.undefined(), z.number()) } });
    expect(define).not.toThrow();
  });

  it("is not a member of another one", () => {
    const define = () => defineProtocol({ client: { ping: z.object({ nothing: z.void() }) } });
    expect(define).toThrow("client.ping.nothing of the protocol: JSON has no value for z.void()");
  });
});
