import { describe, expect, it } from "vitest";
import { ManualClock } from "../manual-clock.test-helper.ts";
import { FakeSender } from "./fake-sender.test-helper.ts";
import { OpenLoop } from "./open-loop.ts";

function prepare(count: number) {
  const clock = new ManualClock();
  const senders = Array.from({ length: count }, () => new FakeSender());
  return { clock, senders, loop: new OpenLoop({ ratePerSecond: 1_000, clock }) };
}

const sent = (senders: readonly FakeSender[]) => senders.map(({ outstanding }) => outstanding);

describe("OpenLoop", () => {
  it("takes senders in turn, whatever the number that is due at a time", () => {
    const { clock, senders, loop } = prepare(3);
    loop.start(senders);
    expect(sent(senders)).toEqual([1, 0, 0]);
    clock.runAt(1);
    expect(sent(senders)).toEqual([1, 1, 0]);
    clock.runAt(5.5);
    expect(sent(senders)).toEqual([2, 2, 2]);
    clock.runAt(6);
    expect(sent(senders)).toEqual([3, 2, 2]);
  });

  it("says for each message when it was due, and sends what is late in one write", () => {
    const { clock, senders, loop } = prepare(2);
    clock.ms = 1_000;
    loop.start(senders);
    clock.runAt(1_006.5);
    const [first, second] = senders;
    expect(first?.dueAt).toEqual([1_000, 1_002, 1_004, 1_006]);
    expect(second?.dueAt).toEqual([1_001, 1_003, 1_005]);
    expect([first?.writes, second?.writes]).toEqual([[1, 3], [3]]);
  });

  it("lets others do the part of one that is lost, and the last one count what is due", () => {
    const { clock, senders, loop } = prepare(2);
    loop.start(senders);
    const [first, second] = senders as [FakeSender, FakeSender];
    loop.lost(second);
    clock.runAt(3.5);
    expect(sent(senders)).toEqual([4, 0]);
    first.canSend = false;
    loop.lost(first);
    clock.runAt(5.5);
    expect([first.outstanding, first.skipped, second.skipped]).toEqual([4, 2, 0]);
  });

  it("tells senders what they cannot send: too much is outstanding, or they are not connected", () => {
    const { clock, senders, loop } = prepare(2);
    const [full, gone] = senders as [FakeSender, FakeSender];
    gone.canSend = false;
    loop.start(senders);
    clock.runAt(19);
    loop.stop();
    expect([full.outstanding, full.skipped]).toEqual([8, 2]);
    expect([gone.outstanding, gone.skipped]).toEqual([0, 10]);
  });

  it("counts what became due before it stops, and leaves no call behind", () => {
    const { clock, senders, loop } = prepare(1);
    loop.start(senders);
    clock.ms = 2;
    loop.stop();
    clock.runAt(100);
    expect(sent(senders)).toEqual([3]);
  });
});
