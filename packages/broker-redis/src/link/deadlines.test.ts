import { ManualClock } from "@windlass/core/testing";
import { expect, test } from "vitest";
import { Deadlines } from "./deadlines.ts";

function setUp() {
  const clock = new ManualClock();
  const missed: number[] = [];
  const deadlines = new Deadlines(clock, 1_000, () => missed.push(clock.now()));
  return { clock, missed, deadlines };
}

test("says within its time that the oldest answer has not come", () => {
  const { clock, missed, deadlines } = setUp();
  deadlines.add(10);
  clock.advance(500);
  deadlines.add(20);
  clock.advance(499);
  expect(missed).toEqual([]);
  clock.advance(1);
  expect(missed).toEqual([1_000]);
});

test("says nothing while answers come in time, however many there are", () => {
  const { clock, missed, deadlines } = setUp();
  for (let count = 0; count < 50; count += 1) {
    const awaited = deadlines.add(1);
    clock.advance(800);
    deadlines.settle(awaited);
  }
  expect(missed).toEqual([]);
  expect(deadlines.count).toBe(0);
});

test("gives an answer that was overdue another look before it is missed", () => {
  const { clock, missed, deadlines } = setUp();
  const late = deadlines.add(1);
  clock.advance(900);
  deadlines.settle(late);
  clock.advance(5_000);
  expect(missed).toEqual([]);
});

test("counts what is awaited, and has one timer for all", () => {
  const { clock, deadlines } = setUp();
  const all = [deadlines.add(10), deadlines.add(20), deadlines.add(30)];
  expect([deadlines.count, deadlines.bytes, clock.pendingTimers]).toEqual([3, 60, 1]);
  for (const awaited of all) deadlines.settle(awaited);
  for (const awaited of all) deadlines.settle(awaited);
  expect([deadlines.count, deadlines.bytes]).toEqual([0, 0]);
  deadlines.stop();
  expect(clock.pendingTimers).toBe(0);
});
