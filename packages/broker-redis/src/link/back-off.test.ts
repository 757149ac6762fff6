import { expect, test } from "vitest";
import { BackOff } from "./back-off.ts";

test("waits for a random part of a time that doubles up to a limit", () => {
  const whole = new BackOff(1_000, () => 1);
  const half = new BackOff(1_000, () => 0.5);
  const delays = (backOff: BackOff) => [1, 2, 3, 4, 5, 6].map(() => backOff.nextDelayMs());
  expect(delays(whole)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  expect(delays(half)).toEqual([50, 100, 200, 400, 500, 500]);
});

test("begins anew after a success", () => {
  const backOff = new BackOff(1_000, () => 1);
  backOff.nextDelayMs();
  backOff.nextDelayMs();
  backOff.reset();
  expect(backOff.nextDelayMs()).toBe(100);
});

test("stays within the limit for ever", () => {
  const backOff = new BackOff(1_000, () => 1);
  for (let attempt = 0; attempt < 5_000; attempt += 1) backOff.nextDelayMs();
  expect(backOff.nextDelayMs()).toBe(1_000);
});
