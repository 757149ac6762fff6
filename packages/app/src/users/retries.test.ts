import { ManualClock, RecordingLogger } from "@windlass/core/testing";
import { describe, expect, it, vi } from "vitest";
import { settle } from "./cluster.test-helper.ts";
import { Retries } from "./retries.ts";

function stage() {
  const clock = new ManualClock();
  const log = new RecordingLogger();
  return { clock, log, retries: new Retries(log, clock) };
}

const failing = () => vi.fn(() => Promise.reject(new Error("down")));

describe("Retries", () => {
  it("does the work at once, and once when that succeeds", async () => {
    const { retries, clock } = stage();
    const work = vi.fn(async () => {});
    retries.run(work);
    expect(work).toHaveBeenCalledOnce();
    await settle();
    expect([retries.size, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("tries again after 1, 2, 4 and at last 30 seconds, and tells of it once", async () => {
    const { retries, clock, log } = stage();
    const [one, two] = [failing(), failing()];
    retries.run(one);
    retries.run(two);
    await settle();
    for (const [index, seconds] of [1, 2, 4, 8, 16, 30, 30].entries()) {
      clock.advance(seconds * 1_000 - 1);
      expect(one).toHaveBeenCalledTimes(index + 1);
      clock.advance(1);
      expect(one).toHaveBeenCalledTimes(index + 2);
      await settle();
    }
    expect(two).toHaveBeenCalledTimes(8);
    expect(log.lines).toHaveLength(1);
    one.mockResolvedValue(undefined as never);
    two.mockResolvedValue(undefined as never);
    clock.advance(30_000);
    await settle();
    expect([retries.size, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("does a hundred at a time, and all of them when the store is back", async () => {
    const { retries, clock } = stage();
    let isDown = true;
    let running = 0;
    let most = 0;
    for (let index = 0; index < 250; index += 1) {
      retries.run(async () => {
        if (isDown) throw new Error("down");
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
      });
    }
    await settle();
    expect(retries.size).toBe(250);
    isDown = false;
    clock.advance(1_000);
    await settle();
    await settle();
    expect([retries.size, most]).toEqual([0, 100]);
  });

  it("lets what always fails keep nothing else waiting", async () => {
    const { retries, clock } = stage();
    for (let index = 0; index < 100; index += 1) retries.run(failing());
    const work = vi.fn(async () => {}).mockRejectedValueOnce(new Error("down"));
    retries.run(work);
    await settle();
    clock.advance(1_000);
    await settle();
    clock.advance(2_000);
    await settle();
    expect(work).toHaveBeenCalledTimes(2);
    expect(retries.size).toBe(100);
  });

  it("gives up when it is closed, also what fails later", async () => {
    const { retries, clock } = stage();
    let fail = (_error: Error): void => {};
    retries.run(failing());
    await settle();
    retries.run(
      () =>
        new Promise((_resolve, reject) => {
          fail = reject;
        }),
    );
    retries.close();
    fail(new Error("late"));
    await settle();
    expect([retries.size, clock.pendingTimers]).toEqual([0, 0]);
  });
});
