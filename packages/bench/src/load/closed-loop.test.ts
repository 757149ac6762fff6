import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClosedLoop } from "./closed-loop.ts";
import { createLane } from "./echo-lane.test-helper.ts";
import { MessageTally } from "./message-tally.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("ClosedLoop", () => {
  it("sends as many as came back, in one write", () => {
    const { lane: only, send } = createLane(new MessageTally());
    const loop = new ClosedLoop({ inFlight: 4, patienceMs: 1_000 });
    loop.start([only]);
    for (const sequence of [0, 1, 2]) only.window.receive(sequence, true);
    loop.readEnd(only, 5);
    loop.readEnd(only, 6);
    loop.stop();
    expect(send.mock.calls.map(([frames]) => frames.length / 26)).toEqual([4, 3]);
    expect(only.sentAt(4)).toBe(5);
  });

  it("gives up replies that do not come and sends on", () => {
    const tally = new MessageTally();
    const { lane: only, send } = createLane(tally);
    const loop = new ClosedLoop({ inFlight: 4, patienceMs: 1_000 });
    loop.start([only]);
    vi.advanceTimersByTime(900);
    only.window.receive(0, true);
    loop.readEnd(only, performance.now());
    vi.advanceTimersByTime(900);
    expect(send).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(200);
    expect(send).toHaveBeenCalledTimes(3);
    expect(tally).toMatchObject({ requests: 9, replies: 1, missing: 4 });
    loop.stop();
    vi.advanceTimersByTime(5_000);
    expect(tally.requests).toBe(9);
  });
});
