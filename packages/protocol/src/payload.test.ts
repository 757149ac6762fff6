import { describe, expect, it } from "vitest";
import { z } from "zod";
import { isoDateTime } from "./codecs.ts";
import { Encoded, encoded, schemaOf, toWire } from "./payload.ts";

const schema = z.object({ at: isoDateTime, note: z.string().max(3).optional() });
const at = new Date("2026-11-27T10:00:00.000Z");

describe("schemaOf", () => {
  it("is the schema, encoded or not", () => {
    expect(schemaOf(schema)).toBe(schema);
    expect(encoded(schema)).toBeInstanceOf(Encoded);
    expect(schemaOf(encoded(schema))).toBe(schema);
  });
});

describe("toWire", () => {
  it("leaves a plain payload as its sender wrote it, without a look at it", () => {
    const value = { at: "whatever" };
    expect(toWire(schema, value)).toBe(value);
    expect(toWire(schema, undefined)).toBeUndefined();
  });

  it("runs an encoded payload backwards", () => {
    expect(toWire(encoded(schema), { at, note: "abc" })).toEqual({
      at: "2026-11-27T10:00:00.000Z",
      note: "abc",
    });
  });

  it("leaves out of an encoded payload what its schema does not know", () => {
    expect(toWire(encoded(schema), { at, secret: 1 })).toEqual({ at: "2026-11-27T10:00:00.000Z" });
  });

  it.each([
    ["the wrong type", { at: "2026-11-27T10:00:00.000Z" }],
    ["an invalid date", { at: new Date(Number.NaN) }],
    ["a member that is missing", {}],
    ["a rule that is broken", { at, note: "abcd" }],
    ["nothing", undefined],
  ])("refuses %s in an encoded payload", (_name, value) => {
    expect(() => toWire(encoded(schema), value)).toThrow(z.ZodError);
  });

  it("does not fill in defaults for the sender", () => {
    const payload = encoded(z.object({ limit: z.number().default(10) }));
    expect(() => toWire(payload, {})).toThrow(z.ZodError);
    expect(toWire(payload, { limit: 5 })).toEqual({ limit: 5 });
  });
});
