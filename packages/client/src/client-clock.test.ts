import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "./client-clock.ts";

describe("systemClock", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("calls once, later, unless it is stopped", () => {
    vi.useFakeTimers();
    const calls: string[] = [];
    systemClock.after(10, () => void calls.push("kept"));
    const stop = systemClock.after(10, () => void calls.push("stopped"));
    stop();
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(calls).toEqual(["kept"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not take more than a timer can hold for nothing", () => {
    vi.useFakeTimers();
    let isCalled = false;
    systemClock.after(Number.POSITIVE_INFINITY, () => {
      isCalled = true;
    });
    vi.advanceTimersByTime(2 ** 31 - 2);
    expect(isCalled).toBe(false);
  });

  it("goes on", () => {
    const before = systemClock.now();
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  });
});
