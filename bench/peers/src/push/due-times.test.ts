import { describe, expect, it } from "vitest";
import { DueTimes } from "./due-times.ts";

describe("DueTimes", () => {
  it("has the first one due at the start, and the others at even distances", () => {
    const times = new DueTimes(500, 1_000);
    expect([0, 1, 250].map((index) => times.dueAtMs(index))).toEqual([1_000, 1_002, 1_500]);
  });

  it("counts what is due, also when nobody looked for long", () => {
    const times = new DueTimes(500, 1_000);
    const counts = [999, 1_000, 1_001.9, 1_002, 61_000].map((nowMs) => times.countAt(nowMs));
    expect(counts).toEqual([0, 1, 1, 2, 30_001]);
  });

  it("never counts what is due later by more than the clock can tell", () => {
    const times = new DueTimes(4_999, 12_345.678);
    for (let nowMs = 12_345.678; nowMs < 14_000; nowMs += 0.37) {
      const count = times.countAt(nowMs);
      expect(times.dueAtMs(count - 1)).toBeLessThanOrEqual(nowMs + 1e-6);
      expect(times.dueAtMs(count)).toBeGreaterThan(nowMs - 1e-6);
    }
  });
});
