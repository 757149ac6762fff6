import { expect, test } from "vitest";
import { Turnstile } from "./turnstile.ts";

test("lets only so many run at once, in order, also when some fail", async () => {
  const turnstile = new Turnstile(2);
  const log: string[] = [];
  let running = 0;
  const task = (name: string) => async () => {
    running += 1;
    log.push(`${name} ${running}`);
    await Promise.resolve();
    running -= 1;
    if (name === "b") throw new Error("b");
  };
  const outcomes = await Promise.allSettled(
    ["a", "b", "c", "d", "e"].map((name) => turnstile.run(task(name))),
  );
  expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual([
    true,
    false,
    true,
    true,
    true,
  ]);
  expect(log.map((line) => line.charAt(0))).toEqual(["a", "b", "c", "d", "e"]);
  expect(log.every((line) => Number(line.slice(2)) <= 2)).toBe(true);
});
