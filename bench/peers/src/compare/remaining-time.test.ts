import { describe, expect, it } from "vitest";
import { formatSeconds, RemainingTime } from "./remaining-time.ts";

describe("RemainingTime", () => {
  it("starts with what is expected", () => {
    expect(new RemainingTime(90, () => 0).left).toBe(90);
  });

  it("goes by the pace of the steps so far", () => {
    let now = 5_000;
    const time = new RemainingTime(100, () => now);
    now += 60_000;
    time.stepDone(20);
    // 80 seconds of work left at twice the time that was expected (20 trusted seconds included).
    expect(time.left).toBe(160);
  });

  it("does not wait for steps that are left out", () => {
    let now = 0;
    const time = new RemainingTime(100, () => now);
    now = 40_000;
    time.stepDone(10);
    time.stepLeftOut(60);
    expect([time.passed, time.left]).toEqual([40, 60]);
  });

  it("is never less than nothing", () => {
    let now = 0;
    const time = new RemainingTime(10, () => now);
    now = 1_000;
    time.stepDone(12);
    expect(time.left).toBe(0);
  });
});

describe("formatSeconds", () => {
  it("has minutes only when there are any", () => {
    expect(formatSeconds(45.4)).toBe("45 s");
    expect(formatSeconds(59.7)).toBe("1 min 0 s");
    expect(formatSeconds(200)).toBe("3 min 20 s");
  });
});
