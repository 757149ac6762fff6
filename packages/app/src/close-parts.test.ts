import { RecordingLogger } from "@windlass/core/testing";
import { expect, it } from "vitest";
import { closeParts } from "./close-parts.ts";

it("closes every part, although one fails and one never ends", async () => {
  const log = new RecordingLogger();
  const closed: string[] = [];
  const parts = {
    first: () => Promise.reject(new Error("broken")),
    second: () => new Promise<void>(() => {}),
    third: async () => void closed.push("third"),
  };
  await closeParts(parts, performance.now(), log);
  expect(closed).toEqual(["third"]);
  expect(log.lines.map(({ message }) => message)).toEqual([
    "a part of the app could not be closed",
    "a part of the app takes too long to close: going on without it",
  ]);
});
