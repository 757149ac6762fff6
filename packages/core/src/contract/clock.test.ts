import { describe, expect, it } from "vitest";
import { systemClock } from "./clock.ts";
import { isPromiseLike } from "./maybe-promise.ts";

describe("systemClock", () => {
  it("goes on, and never back", async () => {
    const start = systemClock.now();
    await new Promise<void>((resolve) => systemClock.after(5, resolve));
    // Timers may fire a fraction of a millisecond early by this clock.
    expect(systemClock.now() - start).toBeGreaterThanOrEqual(4);
  });

  it("repeats until it is stopped", async () => {
    let count = 0;
    await new Promise<void>((resolve) => {
      const stop = systemClock.every(1, () => {
        count += 1;
        if (count < 3) return;
        stop();
        resolve();
      });
    });
    await new Promise<void>((resolve) => systemClock.after(10, resolve));
    expect(count).toBe(3);
  });

  it("does not call what was stopped before its time", async () => {
    let isCalled = false;
    const stop = systemClock.after(1, () => {
      isCalled = true;
    });
    stop();
    await new Promise<void>((resolve) => systemClock.after(10, resolve));
    expect(isCalled).toBe(false);
  });
});

describe("isPromiseLike", () => {
  it("tells promises and thenables from everything else", () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    expect([Promise.resolve(), { then: () => {} }].map(isPromiseLike)).toEqual([true, true]);
    // biome-ignore lint/suspicious/noThenProperty: and this is none, for all its property
    const others = [undefined, null, "then", 7, {}, { then: true }, () => {}];
    expect(others.some(isPromiseLike)).toBe(false);
  });
});
