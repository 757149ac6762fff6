import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base64Bytes, bigintString, isoDateTime } from "./codecs.ts";

const years = {
  min: new Date("0000-01-01T00:00:00.000Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
};

describe("isoDateTime", () => {
  it("writes each date of the years 0 to 9999 in UTC and reads it again", () => {
    fc.assert(
      fc.property(fc.date({ ...years, noInvalidDate: true }), (date) => {
        const text = isoDateTime.encode(date);
        expect(text).toBe(date.toISOString());
        expect(isoDateTime.parse(text)).toEqual(date);
      }),
    );
  });

  it.each(["+010000-01-01T00:00:00.000Z", "-000001-12-31T23:59:59.999Z"])(
    "does not write %s, which is of another year",
    (text) => {
      expect(isoDateTime.safeEncode(new Date(text)).success).toBe(false);
    },
  );

  it("does not write an invalid date", () => {
    expect(isoDateTime.safeEncode(new Date(Number.NaN)).success).toBe(false);
  });

  it.each([
    "",
    "2026-11-27",
    "10:00:00Z",
    "2026-11-27T10:00:00",
    "2026-11-27T10:00:00+01:00",
    "2026-11-27 10:00:00Z",
    "2026-02-29T10:00:00Z",
    "2026-13-01T10:00:00Z",
    "2026-11-27T24:00:00Z",
    "2026-11-27T10:60:00Z",
    "+010000-01-01T00:00:00.000Z",
    "2026-11-27T10:00:00Z\n",
    1764237600000,
    null,
  ])("does not read %j", (text) => {
    expect(isoDateTime.safeParse(text).success).toBe(false);
  });

  it("reads nothing as an invalid date", () => {
    const digits = fc.stringMatching(
      /^\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d(:[0-6]\d(\.\d{1,9})?)?Z$/,
    );
    fc.assert(
      fc.property(digits, (text) => {
        const result = isoDateTime.safeParse(text);
        expect(result.success && Number.isNaN(result.data.getTime())).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe("bigintString", () => {
  it("writes each bigint as its digits and reads it again", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 399n), max: 10n ** 399n }), (value) => {
        expect(bigintString.encode(value)).toBe(value.toString());
        expect(bigintString.parse(value.toString())).toBe(value);
      }),
    );
  });

  it("takes 400 digits and no more", () => {
    const digits = "9".repeat(400);
    expect(bigintString.parse(digits)).toBe(BigInt(digits));
    expect(bigintString.parse(`-${digits}`)).toBe(-BigInt(digits));
    expect(bigintString.safeParse(`${digits}0`).success).toBe(false);
    expect(bigintString.safeEncode(BigInt(`${digits}0`)).success).toBe(false);
  });

  it.each(["", "-", "-0", "00", "01", "+1", "1n", "0x10", "1e3", "1.0", " 1", "1\n", "١", 1, null])(
    "does not read %j",
    (text) => {
      const result = bigintString.safeParse(text);
      expect(result.success).toBe(false);
      expect(result.error?.issues[0]?.message).toMatch(/expected (decimal digits|string)/);
    },
  );

  it("does not try to read a million digits", () => {
    const started = performance.now();
    expect(bigintString.safeParse("9".repeat(1_000_000)).success).toBe(false);
    // Reading them takes seconds.
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe("base64Bytes", () => {
  it("writes bytes as base64 and reads them again", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = base64Bytes.encode(bytes);
        expect(text).toBe(Buffer.from(bytes).toString("base64"));
        expect(base64Bytes.parse(text)).toEqual(bytes);
      }),
    );
  });

  it("takes megabytes", () => {
    const bytes = new Uint8Array(1_000_001).fill(200);
    expect(Buffer.compare(base64Bytes.parse(base64Bytes.encode(bytes)), bytes)).toBe(0);
  });

  it.each([
    "A",
    "AA",
    "AAA",
    "AA=A",
    "====",
    "AA==AA==",
    "AA-_",
    "AA\n==",
    "AAA ",
    "ÄAAA",
    "AAAA\n",
    1,
    null,
  ])("does not read %j", (text) => {
    expect(base64Bytes.safeParse(text).success).toBe(false);
  });

  it("reads any text as bytes or refuses it", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."Aa0+/=-_ \n") }), (text) => {
        const result = base64Bytes.safeParse(text);
        if (!result.success) return;
        expect(result.data).toEqual(new Uint8Array(Buffer.from(text, "base64")));
      }),
      { numRuns: 500 },
    );
  });
});
