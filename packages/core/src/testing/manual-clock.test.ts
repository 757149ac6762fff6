import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock } from "./manual-clock.ts";

describe("ManualClock", () => {
  it("stands still until it is moved", () => {
    const clock = new ManualClock(500);
    expect(clock.now()).toBe(500);
    clock.advance(250);
    expect(clock.now()).toBe(750);
    clock.advance(0);
    expect(clock.now()).toBe(750);
  });

  it("refuses to go back", () => {
    for (const ms of [-1, Number.NaN]) {
      expect(() => new ManualClock().advance(ms)).toThrow(RangeError);
    }
  });

  it("fires what is due in the order of time, each at its own time", () => {
    const delays = fc.array(fc.record({ delayMs: fc.nat(100), isRepeated: fc.boolean() }));
    fc.assert(
      fc.property(delays, fc.array(fc.nat(40)), (timers, steps) => {
        const clock = new ManualClock();
        const fired: number[] = [];
        for (const { delayMs, isRepeated } of timers) {
          const fire = (): void => void fired.push(clock.now());
          if (isRepeated) clock.every(delayMs, fire);
          else clock.after(delayMs, fire);
        }
        for (const step of steps) clock.advance(step);
        const end = clock.now();
        const expected = timers.flatMap(({ delayMs, isRepeated }) => {
          if (!isRepeated) return delayMs <= end && steps.length > 0 ? [delayMs] : [];
          const every = Math.max(delayMs, 1);
          return Array.from({ length: Math.floor(end / every) }, (_, index) => every * (index + 1));
        });
        expect(fired).toEqual(expected.sort((a, b) => a - b));
      }),
    );
  });

  it("fires timers of one moment in the order they were set", () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    for (const name of ["a", "b", "c"]) clock.after(10, () => void fired.push(name));
    clock.advance(10);
    expect(fired).toEqual(["a", "b", "c"]);
  });

  it("fires what timers set meanwhile, as far as it is due", () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    clock.after(10, () => {
      clock.after(10, () => void fired.push(clock.now()));
      clock.after(100, () => void fired.push(clock.now()));
    });
    clock.advance(50);
    expect(fired).toEqual([20]);
  });

  it("does not fire what was stopped, also from inside a timer", () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    const stop = clock.every(10, () => {
      fired.push("repeated");
      if (fired.length === 2) stop();
    });
    const stopLate = clock.after(30, () => void fired.push("late"));
    clock.after(25, stopLate);
    clock.advance(100);
    expect(fired).toEqual(["repeated", "repeated"]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("may be advanced by a timer", () => {
    const clock = new ManualClock();
    clock.after(10, () => clock.advance(100));
    clock.advance(20);
    expect(clock.now()).toBe(110);
  });

  it("hands over what a timer throws and keeps the others", () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    clock.after(1, () => {
      throw new Error("from a timer");
    });
    clock.after(2, () => void fired.push("next"));
    expect(() => clock.advance(5)).toThrow("from a timer");
    clock.advance(5);
    expect(fired).toEqual(["next"]);
  });
});
