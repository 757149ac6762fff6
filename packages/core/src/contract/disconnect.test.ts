import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSendableCloseCode } from "./close-code.ts";
import { toDisconnect, truncateReason } from "./disconnect.ts";
import { Disconnects } from "./disconnects.ts";

/** Text without lone surrogates, as every string from a close frame is. */
const text = fc.string({ unit: "binary", maxLength: 300 });

describe("truncateReason", () => {
  it("answers a prefix of at most 123 bytes, and the longest of whole characters", () => {
    fc.assert(
      fc.property(text, (reason) => {
        const cut = truncateReason(reason);
        expect(reason.startsWith(cut)).toBe(true);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(123);
        const [next = ""] = reason.slice(cut.length);
        expect(Buffer.byteLength(cut + next) > 123 || cut === reason).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["one byte each", "x".repeat(124), "x".repeat(123)],
    ["two bytes each", "é".repeat(62), "é".repeat(61)],
    ["three bytes each", "€".repeat(42), "€".repeat(41)],
    ["four bytes each", "🛞".repeat(31), "🛞".repeat(30)],
    ["a character that would end at byte 124", `${"x".repeat(120)}🛞`, "x".repeat(120)],
    ["a character that ends at byte 123", `${"x".repeat(119)}🛞x`, `${"x".repeat(119)}🛞`],
  ])("cuts between characters: %s", (_name, reason, cut) => {
    expect(truncateReason(reason)).toBe(cut);
  });

  it("leaves 123 bytes as they are, also when they begin with a byte order mark", () => {
    for (const reason of ["", "x".repeat(123), "€".repeat(41), `\uFEFF${"x".repeat(120)}`]) {
      expect(truncateReason(reason)).toBe(reason);
    }
    expect(truncateReason(`\uFEFF${"x".repeat(130)}`)).toBe(`\uFEFF${"x".repeat(120)}`);
  });
});

describe("toDisconnect", () => {
  it("closes with 1000 and no reason by default", () => {
    expect(toDisconnect()).toEqual({ code: 1000, reason: "", cause: "server" });
  });

  it("takes a code and a reason as in the browser", () => {
    expect(toDisconnect(4100, "bye")).toEqual({ code: 4100, reason: "bye", cause: "server" });
  });

  it("takes a disconnect, keeping its cause", () => {
    expect(toDisconnect({ code: 4100 })).toEqual({ code: 4100, reason: "", cause: "server" });
    expect(toDisconnect(Disconnects.RateLimited)).toEqual(Disconnects.RateLimited);
  });

  it("cuts the reason to what fits a close frame", () => {
    expect(toDisconnect(1000, "x".repeat(500)).reason).toHaveLength(123);
    expect(toDisconnect({ code: 1000, reason: "x".repeat(500) }).reason).toHaveLength(123);
  });

  it("throws exactly for codes that RFC 6455 keeps out of close frames", () => {
    fc.assert(
      fc.property(fc.integer({ min: -10, max: 70_000 }), (code) => {
        const sendable =
          [1000, 1001, 1002, 1003].includes(code) ||
          (code >= 1007 && code <= 1014) ||
          (code >= 3000 && code < 5000);
        expect(isSendableCloseCode(code)).toBe(sendable);
        if (sendable) expect(toDisconnect(code).code).toBe(code);
        else expect(() => toDisconnect(code)).toThrow(`The close code ${code} cannot be sent`);
      }),
    );
    for (const code of [Number.NaN, 1000.5, Number.POSITIVE_INFINITY]) {
      expect(() => toDisconnect(code)).toThrow(`The close code ${code} cannot be sent`);
    }
  });
});

describe("Disconnects", () => {
  it.each(Object.entries(Disconnects))("%s can be sent as it is", (_name, disconnect) => {
    expect(toDisconnect(disconnect)).toEqual(disconnect);
  });
});
