import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backOffMs } from "./back-off.ts";

describe("backOffMs", () => {
  it("doubles its upper end with each failure, up to the longest wait", () => {
    const uppers = Array.from({ length: 8 }, (_, failures) => backOffMs({}, failures, () => 1));
    expect(uppers).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it("takes its limits from the options", () => {
    const options = { minDelayMs: 10, maxDelayMs: 25 };
    const uppers = [0, 1, 2, 3].map((failures) => backOffMs(options, failures, () => 1));
    expect(uppers).toEqual([10, 20, 25, 25]);
  });

  it("is anywhere between nothing and its upper end, as chance says", () => {
    expect(backOffMs({}, 2, () => 0)).toBe(0);
    expect(backOffMs({}, 2, () => 0.25)).toBe(1000);
  });

  it("is no delay at all when the first wait is none, however often it fails", () => {
    expect(backOffMs({ minDelayMs: 0 }, 5_000, () => 0.5)).toBe(0);
  });

  it("is a delay after any number of failures", () => {
    const limits = fc.record({ minDelayMs: fc.nat(), maxDelayMs: fc.nat() });
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(limits, fc.nat(), chance, (options, failures, random) => {
        const delayMs = backOffMs(options, failures, () => random);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(options.maxDelayMs);
      }),
    );
  });
});
