import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClosedLoop } from "./closed-loop.ts";
import { FakeSender } from "./fake-sender.test-helper.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start(senders: readonly FakeSender[], inFlight: number): ClosedLoop {
  const loop = new ClosedLoop({ inFlight, patienceMs: 500 });
  loop.start(senders);
  return loop;
}

describe("ClosedLoop", () => {
  it("sends as many as came back at the end of a read, in one write", () => {
    const [one, two] = [new FakeSender(), new FakeSender()];
    const loop = start([one, two], 4);
    one.outstanding = 1;
    two.outstanding = 2;
    for (const sender of [one, one, two, one]) loop.settled(sender);
    expect([one.writes, two.writes]).toEqual([[4], [4]]);
    loop.readEnd(5);
    loop.readEnd(6);
    expect([one.writes, two.writes]).toEqual([
      [4, 3],
      [4, 2],
    ]);
    expect(one.dueAt.slice(4)).toEqual([5, 5, 5]);
    loop.stop();
  });

  it("sends no more after stop", () => {
    const one = new FakeSender();
    const loop = start([one], 1);
    loop.stop();
    one.outstanding = 0;
    loop.settled(one);
    loop.readEnd(5);
    vi.advanceTimersByTime(5_000);
    expect(one.writes).toEqual([1]);
    expect(loop.stalls).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("gives up only when nothing has come for the whole of its patience, and sends on", () => {
    const one = new FakeSender();
    const loop = start([one], 4);
    vi.advanceTimersByTime(400);
    one.outstanding = 3;
    loop.settled(one);
    loop.readEnd(performance.now());
    vi.advanceTimersByTime(400);
    expect([one.writes, loop.stalls]).toEqual([[4, 1], 0]);
    vi.advanceTimersByTime(200);
    expect([one.writes, loop.stalls]).toEqual([[4, 1, 4], 1]);
    loop.measure();
    expect(loop.stalls).toBe(0);
    loop.stop();
  });

  it("leaves out a sender that is gone", () => {
    const gone = new FakeSender();
    gone.canSend = false;
    const loop = start([gone], 1);
    vi.advanceTimersByTime(5_000);
    expect([gone.writes, loop.stalls]).toEqual([[], 0]);
    loop.stop();
  });
});
