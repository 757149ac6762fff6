import { expect, it } from "vitest";
import { Lane, type OrderedFrame } from "./lane.ts";
import { deferred } from "./stage.test-helper.ts";

const frame = (id: number): OrderedFrame => ({ type: "request", id, name: "add" });

it("a lane hands out what waits in order, and counts what is left", async () => {
  const lane = new Lane<string>();
  const gate = deferred();
  const seen: unknown[] = [];
  lane.hold(gate.promise, (user, { type }, bytes) => void seen.push([user, type, bytes]));
  for (const id of [1, 2, 3]) lane.add(`user ${id}`, frame(id), id);
  expect([lane.isHeld, lane.length, lane.bytes]).toEqual([true, 3, 6]);
  gate.resolve();
  await gate.promise;
  expect(seen.map((entry) => (entry as unknown[])[0])).toEqual(["user 1", "user 2", "user 3"]);
  expect([lane.isHeld, lane.length, lane.bytes]).toEqual([false, 0, 0]);
});

it("a lane goes on after work that rejects", async () => {
  const lane = new Lane<string>();
  const seen: string[] = [];
  lane.hold(Promise.reject(new Error("broken")), (user) => void seen.push(user));
  lane.add("waiting", frame(1), 1);
  await expect.poll(() => seen).toEqual(["waiting"]);
});

it("a lane that never empties keeps its order while it lets go of what it has handed out", async () => {
  const lane = new Lane<number>();
  const seen: number[] = [];
  const enter = (user: number): void => {
    seen.push(user);
    if (user < 5_000) lane.add(user + 2, frame(1), 1);
    lane.hold(Promise.resolve(), enter);
  };
  lane.hold(Promise.resolve(), enter);
  for (const user of [1, 2]) lane.add(user, frame(1), 1);
  await expect.poll(() => seen.length).toBe(5_001);
  expect(seen).toEqual(Array.from({ length: 5_001 }, (_, index) => index + 1));
});
