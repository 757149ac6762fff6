import { describe, expect, it } from "vitest";
import { ManualClock } from "../manual-clock.test-helper.ts";
import { Pacer } from "./pacer.ts";

function paced(ratePerSecond: number) {
  const clock = new ManualClock();
  const due: number[] = [];
  const pacer = new Pacer({
    ratePerSecond,
    clock,
    send: (count, firstDueAt, intervalMs) => {
      for (let index = 0; index < count; index += 1) due.push(firstDueAt + index * intervalMs);
    },
  });
  return { clock, due, pacer };
}

describe("Pacer", () => {
  it("announces each message with the time it is due", () => {
    const { clock, due, pacer } = paced(100);
    clock.ms = 1_000;
    pacer.start();
    clock.runAt(1_009.9);
    expect(due).toEqual([1_000]);
    clock.runAt(1_010.1);
    clock.runAt(1_020);
    expect(due).toEqual([1_000, 1_010, 1_020]);
  });

  it("skips none when it looks late", () => {
    const { clock, due, pacer } = paced(100);
    pacer.start();
    clock.runAt(55);
    expect(due).toEqual([0, 10, 20, 30, 40, 50]);
  });

  it("sends as many as the rate says, however it is called", () => {
    const { clock, due, pacer } = paced(777);
    pacer.start();
    for (let ms = 0; ms < 10_000; ms += 3.7) clock.runAt(ms);
    clock.runAt(9_999.9);
    expect(due).toHaveLength(7_770);
  });

  it("sleeps until shortly before the next one is due and watches the clock from there", () => {
    const { clock, pacer } = paced(100);
    pacer.start();
    clock.runAt(7.5);
    clock.runAt(8.5);
    expect(clock.waits).toEqual([9, 1, 0]);
  });

  it("announces what became due before it stops, and then nothing", () => {
    const { clock, due, pacer } = paced(100);
    pacer.start();
    clock.ms = 25;
    pacer.stop();
    clock.runAt(100);
    pacer.stop();
    expect(due).toEqual([0, 10, 20]);
  });

  it("tells time spent watching the clock from time spent on work", () => {
    const { clock, pacer } = paced(100);
    pacer.start();
    clock.runAt(8.5);
    clock.runAt(9);
    expect(pacer.spunMs).toBe(0.5);
    pacer.disturb();
    clock.runAt(9.75);
    expect(pacer.spunMs).toBe(0.5);
    clock.runAt(10);
    expect(pacer.spunMs).toBe(0.75);
    clock.runAt(12);
    expect(pacer.spunMs).toBe(0.75);
  });
});
