import { describe, expect, it } from "vitest";
import { formatBytes, formatMs, formatNumber, formatPlural, formatUs } from "./format.ts";

describe("format", () => {
  it.each([
    [0, "0"],
    [0.012345, "0.0123"],
    [1, "1.00"],
    [12.345, "12.3"],
    [123.45, "123"],
    [12_345.6, "12,346"],
  ])("writes %d with three digits as %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it.each([
    [87, "87.0 µs"],
    [1_234, "1.23 ms"],
    [999_999, "1,000 ms"],
    [4_500_000, "4.50 s"],
  ])("writes %d us as %s", (us, text) => {
    expect(formatUs(us)).toBe(text);
  });

  it.each([
    [17, "17 B"],
    [1_536, "1.50 KiB"],
    [-2_097_152, "-2.00 MiB"],
  ])("writes %d bytes as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [500, "500 ms"],
    [1_500, "1.5 s"],
    [60_000, "60 s"],
    [125_000, "2 min 5 s"],
    [600_000, "10 min"],
    [12_000_000, "3 h 20 min"],
  ])("writes %d ms as %s", (ms, text) => {
    expect(formatMs(ms)).toBe(text);
  });

  it("uses the singular for one", () => {
    expect([formatPlural(1, "reply", "replies"), formatPlural(1_200, "reply", "replies")]).toEqual([
      "1 reply",
      "1,200 replies",
    ]);
  });
});
