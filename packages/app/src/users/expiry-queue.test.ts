import { ManualClock } from "@windlass/core/testing";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ExpiryQueue } from "./expiry-queue.ts";

const startMs = 1_800_000_000_000;

beforeEach(() => void vi.useFakeTimers({ now: startMs, toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

function stage() {
  const clock = new ManualClock();
  const expired: string[] = [];
  const queue = new ExpiryQueue<string>((item) => expired.push(item), clock);
  const pass = (ms: number): void => {
    vi.setSystemTime(Date.now() + ms);
    clock.advance(ms);
  };
  return { clock, expired, queue, pass };
}

describe("ExpiryQueue", () => {
  it("says what is over at the end of its second", () => {
    const { queue, expired, pass } = stage();
    queue.add("a", startMs + 500);
    queue.add("past", startMs - 5_000);
    pass(0);
    expect(expired).toEqual(["past"]);
    pass(999);
    expect(expired).toEqual(["past"]);
    pass(1);
    expect(expired).toEqual(["past", "a"]);
  });

  it("goes by what was said last, and waits for nothing when it is empty", () => {
    const { queue, expired, pass, clock } = stage();
    queue.add("a", startMs + 1_000);
    queue.add("a", startMs + 3_000);
    queue.add("b", startMs + 2_000);
    queue.delete("b");
    queue.delete("never there");
    pass(2_999);
    expect(expired).toEqual([]);
    queue.add("a", Number.POSITIVE_INFINITY);
    expect([queue.size, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("waits for months, which no single timer can", () => {
    const { queue, expired, pass, clock } = stage();
    const day = 86_400_000;
    queue.add("a", startMs + 100 * day);
    queue.add("b", 1e300);
    for (let passed = 0; passed < 99; passed += 1) pass(day);
    pass(day - 1_000);
    expect(expired).toEqual([]);
    pass(1_000);
    expect(expired).toEqual(["a"]);
    queue.delete("b");
    expect(clock.pendingTimers).toBe(0);
  });

  it("is not early when the machine slept, or its clock was set back", () => {
    const { queue, expired, clock } = stage();
    queue.add("a", startMs + 10_000);
    vi.setSystemTime(startMs - 60_000);
    clock.advance(10_000);
    expect(expired).toEqual([]);
    vi.setSystemTime(startMs + 10_000);
    clock.advance(70_000);
    expect(expired).toEqual(["a"]);
  });

  it("lets what is told add and delete others", () => {
    const { clock } = stage();
    const expired: string[] = [];
    const queue: ExpiryQueue<string> = new ExpiryQueue<string>((item) => {
      expired.push(item);
      queue.delete("c");
      if (item === "a") queue.add("d", startMs);
    }, clock);
    queue.add("a", startMs);
    queue.add("c", startMs + 1_000);
    clock.advance(0);
    vi.setSystemTime(startMs + 1_000);
    clock.advance(1_000);
    expect(expired).toEqual(["a", "d"]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("behaves like a list that is looked through every second, with one timer at most", () => {
    const item = fc.constantFrom("a", "b", "c", "d");
    const step = fc.oneof(
      fc.tuple(item, fc.integer({ min: -3, max: 20 })).map(([name, seconds]) => {
        return (lives: Lives) => lives.add(name, seconds);
      }),
      item.map((name) => (lives: Lives) => lives.delete(name)),
      fc.nat(8).map((seconds) => (lives: Lives) => lives.pass(seconds)),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        vi.setSystemTime(startMs);
        const lives = new Lives();
        for (const take of steps) {
          take(lives);
          lives.compare();
        }
      }),
    );
  });
});

/** A queue, and the list that it is compared with. */
class Lives {
  readonly #stage = stage();
  readonly #ends = new Map<string, number>();
  readonly #over: string[] = [];

  add(name: string, seconds: number): void {
    const atMs = Date.now() + seconds * 1_000;
    this.#stage.queue.add(name, atMs);
    this.#ends.set(name, atMs);
  }

  delete(name: string): void {
    this.#stage.queue.delete(name);
    this.#ends.delete(name);
  }

  pass(seconds: number): void {
    this.#stage.pass(seconds * 1_000);
    for (const [name, atMs] of this.#ends) {
      if (atMs > Date.now()) continue;
      this.#ends.delete(name);
      this.#over.push(name);
    }
  }

  compare(): void {
    const { queue, expired, clock } = this.#stage;
    expect(queue.size).toBe(this.#ends.size);
    expect(clock.pendingTimers).toBe(Math.min(this.#ends.size, 1));
    expect(expired.toSorted()).toEqual(this.#over.toSorted());
  }
}
