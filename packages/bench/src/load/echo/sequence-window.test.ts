import { describe, expect, it } from "vitest";
import { MessageTally } from "../fleet/message-tally.ts";
import { createRandom } from "../random.ts";
import { NOT_NEW, SequenceWindow } from "./sequence-window.ts";

const SIZE = 16;

function sent(count: number) {
  const tally = new MessageTally();
  const window = new SequenceWindow(SIZE, tally);
  window.send(count);
  return { tally, window };
}

describe("SequenceWindow", () => {
  it("counts replies that come in order, round and round", () => {
    const { tally, window } = sent(0);
    for (let number = 0; number < 100; number += 1) {
      window.send(1);
      expect(window.receive(number % SIZE, true)).toBe(number);
    }
    expect(window.outstanding).toBe(0);
    expect(tally.counts()).toMatchObject({ requests: 100, expected: 100, replies: 100 });
    expect(tally.faults).toBe(0);
  });

  it("counts a gap as missing at once", () => {
    const { tally, window } = sent(4);
    expect(window.receive(0, true)).toBe(0);
    expect(window.receive(3, true)).toBe(3);
    expect(window.outstanding).toBe(0);
    expect(tally.counts()).toMatchObject({ replies: 2, missing: 2, outOfOrder: 0 });
  });

  it("counts a missing one that comes later as a reply out of order", () => {
    const { tally, window } = sent(3);
    window.receive(1, true);
    expect(window.receive(0, true)).toBe(0);
    expect(window.receive(2, true)).toBe(2);
    expect(tally.counts()).toMatchObject({ replies: 3, missing: 0, outOfOrder: 1, duplicated: 0 });
  });

  it("counts what comes again as duplicated, also what had come late", () => {
    const { tally, window } = sent(3);
    window.receive(1, true);
    window.receive(0, true);
    expect(window.receive(0, true)).toBe(NOT_NEW);
    expect(window.receive(1, true)).toBe(NOT_NEW);
    expect(window.receive(2, true)).toBe(2);
    expect(tally.counts()).toMatchObject({ replies: 3, missing: 0, outOfOrder: 1, duplicated: 2 });
  });

  it("counts unreadable replies and such as were never asked for as corrupted", () => {
    const { tally, window } = sent(2);
    expect(window.receive(-1, false)).toBe(NOT_NEW);
    expect(window.receive(9, true)).toBe(NOT_NEW);
    expect(window.receive(0, false)).toBe(0);
    expect(tally.counts()).toMatchObject({ replies: 1, missing: 0, duplicated: 0, corrupted: 3 });
    expect(window.outstanding).toBe(1);
  });

  it("waits no longer for what was given up, but takes it when it comes", () => {
    const { tally, window } = sent(2);
    window.giveUp();
    expect(window.outstanding).toBe(0);
    expect(tally.missing).toBe(2);
    window.send(1);
    expect(window.receive(1, true)).toBe(1);
    expect(window.receive(2, true)).toBe(2);
    expect(tally.counts()).toMatchObject({ requests: 3, replies: 2, missing: 1, outOfOrder: 1 });
  });

  it("forgets a missing one when its number is used again", () => {
    const { tally, window } = sent(1);
    window.giveUp();
    for (let number = 1; number <= SIZE; number += 1) {
      window.send(1);
      expect(window.receive(number % SIZE, true)).toBe(number);
    }
    expect(window.receive(0, true)).toBe(NOT_NEW);
    expect(tally.counts()).toMatchObject({ missing: 1, outOfOrder: 0, duplicated: 1 });
  });

  it("counts nothing of what was sent before the measured phase", () => {
    const { tally, window } = sent(6);
    window.receive(1, true);
    tally.reset();
    window.measure();
    window.send(2);
    expect(window.base).toBe(6);
    expect(window.receive(0, true)).toBe(0);
    expect(window.receive(2, false)).toBe(2);
    expect(window.receive(2, true)).toBe(NOT_NEW);
    expect(tally.counts()).toMatchObject({ requests: 2, replies: 0, duplicated: 0, corrupted: 0 });
    expect(window.receive(7, true)).toBe(7);
    expect(tally.counts()).toMatchObject({ requests: 2, replies: 1, missing: 1 });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("accounts for each message of a bad server (%i)", (seed) => {
    const { tally, window } = sent(0);
    const wanted = answerBadly(window, createRandom(seed));
    window.giveUp();
    expect(tally.counts()).toMatchObject({ ...wanted, corrupted: 0 });
    expect(tally.requests).toBe(tally.replies + tally.missing);
  });
});

/** Sends 2,000 messages, of which some get no reply, some two and some a late one. */
function answerBadly(window: SequenceWindow, random: () => number) {
  let duplicated = 0;
  let dropped = 0;
  const late: number[] = [];
  for (let number = 0; number < 2_000; number += 1) {
    window.send(1);
    const luck = random();
    if (luck < 0.05) dropped += 1;
    else if (luck < 0.1) late.push(number);
    else window.receive(number % SIZE, true);
    if (luck > 0.95) {
      duplicated += 1;
      window.receive(number % SIZE, true);
    }
    // Before its number is used again.
    if (late[0] !== undefined && late[0] + 5 < number)
      window.receive((late.shift() ?? 0) % SIZE, true);
  }
  const missing = dropped + late.length;
  return { requests: 2_000, replies: 2_000 - missing, missing, duplicated };
}
