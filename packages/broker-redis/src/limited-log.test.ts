import { ManualClock, RecordingLogger } from "@windlass/core/testing";
import { expect, test } from "vitest";
import { LimitedLog } from "./limited-log.ts";

test("writes each warning at most every three seconds, with how many were left out", () => {
  const clock = new ManualClock();
  const log = new RecordingLogger();
  const limited = new LimitedLog(log, clock);
  for (let count = 0; count < 5; count += 1) limited.warn({ topic: `t${count}` }, "first");
  limited.warn({ topic: "other" }, "second");
  clock.advance(3_000);
  limited.warn({ topic: "later" }, "first");
  clock.advance(3_000);
  limited.warn({ topic: "last" }, "first");
  expect(log.lines.map(({ message, fields }) => [message, fields])).toEqual([
    ["first", { topic: "t0" }],
    ["second", { topic: "other" }],
    ["first", { topic: "later", leftOut: 4 }],
    ["first", { topic: "last" }],
  ]);
});
