import { describe, expect, it } from "vitest";
import { formatNumber, formatRatio } from "./format.ts";

describe("formatNumber", () => {
  it("gives small values three digits and large ones whole", () => {
    const seen = [0, 0.0123, 0.34567, 6.5, 23.04, 382, 1_234_567.8].map(formatNumber);
    expect(seen).toEqual(["0", "0.012", "0.346", "6.50", "23.0", "382", "1,234,568"]);
  });
});

describe("formatRatio", () => {
  it("gives two decimals where they matter", () => {
    expect([1, 1.064, 9.949, 21.04].map(formatRatio)).toEqual(["1.00x", "1.06x", "9.95x", "21.0x"]);
  });

  it("has a dash for nothing", () => {
    expect(formatRatio(null)).toBe("-");
  });
});
