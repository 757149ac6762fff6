import { describe, expect, it } from "vitest";
import { backOffMs } from "./back-off.ts";

const highest = () => 1;

describe("backOffMs", () => {
  it("doubles its upper end with each failure up to the cap", () => {
    const upper = [1, 2, 3, 4, 5, 1000].map((failures) => backOffMs(failures, 1_000, highest));
    expect(upper).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it("takes any part of it", () => {
    expect(backOffMs(3, 1_000, () => 0)).toBe(0);
    expect(backOffMs(3, 1_000, () => 0.25)).toBe(100);
  });
});
