import { describe, expect, it } from "vitest";
import { DeliveryLedger, DUPLICATE, NEVER_PUBLISHED } from "./delivery-ledger.ts";

const SIZE = 16;

function record(ledger: DeliveryLedger, link: number, numbers: readonly number[]): number[] {
  return numbers.map((number) => ledger.record(link, number % SIZE, Number.POSITIVE_INFINITY));
}

describe("DeliveryLedger", () => {
  it("numbers deliveries in order over many turns of the sequence", () => {
    const ledger = new DeliveryLedger(1, SIZE);
    const numbers = Array.from({ length: 5 * SIZE }, (_, number) => number);
    expect(record(ledger, 0, numbers)).toEqual(numbers);
    expect(ledger).toMatchObject({ replies: 80, duplicated: 0, outOfOrder: 0, skipped: 0 });
  });

  it("keeps links apart", () => {
    const ledger = new DeliveryLedger(2, SIZE);
    record(ledger, 0, [0, 1, 2]);
    expect(record(ledger, 1, [0])).toEqual([0]);
    expect([ledger.next(0), ledger.next(1)]).toEqual([3, 1]);
  });

  it("counts what a jump left out as skipped", () => {
    const ledger = new DeliveryLedger(1, SIZE);
    expect(record(ledger, 0, [0, 3, 4])).toEqual([0, 3, 4]);
    expect(ledger).toMatchObject({ replies: 3, skipped: 2, outOfOrder: 0 });
  });

  it("counts a skipped message that comes later as out of order, once", () => {
    const ledger = new DeliveryLedger(1, SIZE);
    expect(record(ledger, 0, [0, 2, 1, 1, 3])).toEqual([0, 2, 1, DUPLICATE, 3]);
    expect(ledger).toMatchObject({ replies: 4, skipped: 0, outOfOrder: 1, duplicated: 1 });
  });

  it("tells a repeated message from a new one", () => {
    const ledger = new DeliveryLedger(1, SIZE);
    expect(record(ledger, 0, [0, 1, 1, 0, 2])).toEqual([0, 1, DUPLICATE, DUPLICATE, 2]);
    expect(ledger).toMatchObject({ replies: 3, duplicated: 2 });
  });

  it("does not take a repeated message for one that was skipped a turn before", () => {
    const ledger = new DeliveryLedger(1, SIZE);
    record(ledger, 0, [0]);
    for (let number = 2; number <= SIZE + 2; number += 1) record(ledger, 0, [number]);
    expect(record(ledger, 0, [SIZE + 1])).toEqual([DUPLICATE]);
    expect(ledger).toMatchObject({ outOfOrder: 0, skipped: 1 });
  });

  it("tells late messages apart after many gaps", () => {
    const ledger = new DeliveryLedger(1, SIZE);
    for (let number = 0; number < 100 * SIZE; number += 3) record(ledger, 0, [number]);
    const last = ledger.next(0) - 1;
    expect(record(ledger, 0, [last - 1, last - 3, last - 4])).toEqual([
      last - 1,
      DUPLICATE,
      last - 4,
    ]);
    expect(ledger.outOfOrder).toBe(2);
  });

  it("follows a jump of more than half a turn when it knows what was published", () => {
    const known = new DeliveryLedger(1, SIZE);
    expect(known.record(0, 12, 14)).toBe(12);
    expect(known.record(0, 3, 14)).toBe(3);
    expect(known).toMatchObject({ replies: 2, skipped: 11, outOfOrder: 1 });
  });

  it("refuses a sequence beyond what was published", () => {
    const ledger = new DeliveryLedger(1, SIZE);
    expect(ledger.record(0, 0, 2)).toBe(0);
    expect(ledger.record(0, 3, 2)).toBe(NEVER_PUBLISHED);
    expect(ledger.record(0, 1, 2)).toBe(1);
    expect(ledger.record(0, 2, 2)).toBe(NEVER_PUBLISHED);
    expect(ledger).toMatchObject({ replies: 2, duplicated: 0, skipped: 0 });
  });
});
