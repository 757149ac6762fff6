import { describe, expect, it } from "vitest";
import { createLane } from "./echo-lane.test-helper.ts";
import type { EchoLane } from "./echo-lane.ts";
import { ManualClock } from "./manual-clock.test-helper.ts";
import { MessageTally } from "./message-tally.ts";
import { OpenLoop } from "./open-loop.ts";

function prepare(connections: number) {
  const clock = new ManualClock();
  const tally = new MessageTally();
  const made = Array.from({ length: connections }, () => createLane(tally));
  const lanes = made.map(({ lane }) => lane);
  const loop = new OpenLoop({ ratePerSecond: 1_000, tally, clock });
  return { clock, tally, lanes, loop, sends: made.map(({ send }) => send) };
}

const sent = (lanes: readonly EchoLane[]) => lanes.map(({ window }) => window.sent);

describe("OpenLoop", () => {
  it("takes connections in turn, whatever the number that is due at a time", () => {
    const { clock, lanes, loop } = prepare(3);
    loop.start(lanes);
    expect(sent(lanes)).toEqual([1, 0, 0]);
    clock.runAt(1);
    expect(sent(lanes)).toEqual([1, 1, 0]);
    clock.runAt(5.5);
    expect(sent(lanes)).toEqual([2, 2, 2]);
    clock.runAt(6);
    expect(sent(lanes)).toEqual([3, 2, 2]);
  });

  it("notes for each message when it was due, not when it was sent", () => {
    const { clock, lanes, loop, sends } = prepare(2);
    clock.ms = 1_000;
    loop.start(lanes);
    clock.runAt(1_006.5);
    const [first, second] = lanes;
    expect([0, 1, 2, 3].map((number) => first?.sentAt(number))).toEqual([
      1_000, 1_002, 1_004, 1_006,
    ]);
    expect([0, 1, 2].map((number) => second?.sentAt(number))).toEqual([1_001, 1_003, 1_005]);
    expect(sends[1]?.mock.calls).toHaveLength(1);
  });

  it("leaves lost connections out", () => {
    const { clock, lanes, loop } = prepare(2);
    loop.start(lanes);
    const [, second] = lanes;
    if (second !== undefined) loop.lost(second);
    clock.runAt(3.5);
    expect(sent(lanes)).toEqual([4, 0]);
  });

  it("counts what it could not send", () => {
    const { clock, lanes, loop, tally } = prepare(1);
    loop.start(lanes);
    const [only] = lanes;
    const capacity = only?.capacity ?? 0;
    clock.runAt(capacity + 9);
    expect(sent(lanes)).toEqual([capacity]);
    expect(tally).toMatchObject({ requests: capacity + 10, unsent: 10, missing: 10 });
    if (only !== undefined) loop.lost(only);
    clock.runAt(capacity + 10);
    expect(tally).toMatchObject({ requests: capacity + 11, unsent: 11, missing: 11 });
  });
});
