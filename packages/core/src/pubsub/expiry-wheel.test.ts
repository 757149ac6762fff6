import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { type Expiring, ExpiryWheel } from "./expiry-wheel.ts";

interface Item extends Expiring {
  readonly name: string;
}

const item = (name: string): Item => ({ name, slot: undefined });

/** A wheel that notes what is due, and when. */
function wheel(startMs = 0) {
  const clock = new ManualClock(startMs);
  const due: [string, number][] = [];
  return {
    clock,
    due,
    wheel: new ExpiryWheel<Item>(clock, ({ name }, nowMs) => void due.push([name, nowMs])),
  };
}

describe("ExpiryWheel", () => {
  it("calls for an item when its time has come, at most a second late", () => {
    const { wheel: expiry, clock, due } = wheel(12_345);
    expiry.schedule(item("a"), 12_345);
    expiry.schedule(item("b"), 15_999);
    clock.advance(10_000);
    expect(due.map(([name]) => name)).toEqual(["a", "b"]);
    expect(due[0]?.[1]).toBeLessThanOrEqual(13_345 + 1_000);
    expect(due[1]?.[1]).toBeGreaterThanOrEqual(15_999);
    expect(due[1]?.[1]).toBeLessThanOrEqual(16_999 + 1_000);
  });

  it("has a timer only while something waits", () => {
    const { wheel: expiry, clock } = wheel();
    const [a, b] = [item("a"), item("b")];
    expect(clock.pendingTimers).toBe(0);
    expiry.schedule(a, 500);
    expiry.schedule(b, 1e9);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(5_000);
    expect([clock.pendingTimers, expiry.size]).toEqual([1, 1]);
    expiry.cancel(b);
    expiry.cancel(b);
    expect([clock.pendingTimers, expiry.size]).toEqual([0, 0]);
    expiry.schedule(b, 6_000);
    expect(clock.pendingTimers).toBe(1);
    expiry.clear();
    expect([clock.pendingTimers, expiry.size]).toEqual([0, 0]);
  });

  it("works off very many in several ticks", () => {
    const { wheel: expiry, clock, due } = wheel();
    for (let index = 0; index < 12_000; index += 1) expiry.schedule(item(String(index)), 100);
    clock.advance(1_000);
    expect(due.length).toBe(5_000);
    clock.advance(1);
    expect(due.length).toBe(10_000);
    clock.advance(1);
    expect([due.length, clock.pendingTimers]).toEqual([12_000, 0]);
  });

  it("calls for what was scheduled last, once and in time, whatever was before", () => {
    const command = fc.oneof(
      fc.record({ kind: fc.constant("schedule"), name: fc.nat(3), ms: fc.nat(10_000) }),
      fc.record({ kind: fc.constant("cancel"), name: fc.nat(3), ms: fc.constant(0) }),
      fc.record({ kind: fc.constant("advance"), name: fc.constant(0), ms: fc.nat(4_000) }),
    );
    fc.assert(fc.property(fc.array(command, { maxLength: 60 }), compareWithModel));
  });
});

interface Command {
  readonly kind: string;
  readonly name: number;
  readonly ms: number;
}

function compareWithModel(commands: readonly Command[]): void {
  const clock = new ManualClock();
  const items = [0, 1, 2, 3].map((name) => item(String(name)));
  const waiting = new Map<Item, number>();
  const expiry = new ExpiryWheel<Item>(clock, (seen, nowMs) => {
    expect(nowMs).toBeGreaterThanOrEqual(waiting.get(seen) ?? expect.fail("it does not wait"));
    waiting.delete(seen);
  });
  const steps: Record<string, (item: Item, ms: number) => void> = {
    schedule(seen, ms) {
      waiting.set(seen, clock.now() + ms);
      expiry.schedule(seen, clock.now() + ms);
    },
    cancel(seen) {
      waiting.delete(seen);
      expiry.cancel(seen);
    },
    advance: (_seen, ms) => clock.advance(ms),
  };
  for (const { kind, name, ms } of [...commands, { kind: "advance", name: 0, ms: 20_000 }]) {
    steps[kind]?.(items[name] ?? expect.fail("no such item"), ms);
    for (const dueAtMs of waiting.values()) expect(dueAtMs).toBeGreaterThan(clock.now() - 2_000);
    expect([expiry.size, clock.pendingTimers]).toEqual([waiting.size, waiting.size > 0 ? 1 : 0]);
  }
  expect(waiting.size).toBe(0);
}
