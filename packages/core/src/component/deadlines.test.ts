import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { Deadlines } from "./deadlines.ts";

const never = new Promise<never>(() => {});
const expired = expect.objectContaining({ code: "ERR_CALLBACK_TIMEOUT" });

describe("Deadlines", () => {
  it("settles as the work does and lets go of the clock", async () => {
    const clock = new ManualClock();
    const deadlines = new Deadlines(1_000, clock);
    const failure = new Error("no");
    const work = [deadlines.limit(Promise.resolve("yes"), "open")];
    const failing = deadlines.limit(Promise.reject(failure), "The onMessage");
    expect(clock.pendingTimers).toBe(1);
    expect(await Promise.all(work)).toEqual(["yes"]);
    await expect(failing).rejects.toBe(failure);
    expect(clock.pendingTimers).toBe(0);
  });

  it("rejects work that takes too long, naming the callback and the limit", async () => {
    const clock = new ManualClock();
    const limited = new Deadlines(1_000, clock).limit(never, "The onMessage");
    clock.advance(1_100);
    await expect(limited).rejects.toMatchObject({
      code: "ERR_CALLBACK_TIMEOUT",
      message: expect.stringContaining("The onMessage callback has not settled within 1000 ms"),
    });
    expect(clock.pendingTimers).toBe(0);
  });

  it("waits for ever when the limit is 0", () => {
    const clock = new ManualClock();
    void new Deadlines(0, clock).limit(never, "The onMessage");
    expect(clock.pendingTimers).toBe(0);
  });

  it("expires nothing too early and everything at most a tenth too late", async () => {
    const starts = fc.array(fc.nat(300), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(starts, async (delays) => {
        const clock = new ManualClock();
        const deadlines = new Deadlines(1_000, clock);
        const expiries: { startedMs: number; expiredMs: number }[] = [];
        const pass = async (ms: number): Promise<void> => {
          for (let passed = 0; passed < ms; passed += 10) {
            clock.advance(10);
            await Promise.resolve();
          }
        };
        for (const delay of delays) {
          await pass(delay);
          const startedMs = clock.now();
          deadlines
            .limit(never, "open")
            .catch(() => expiries.push({ startedMs, expiredMs: clock.now() }));
        }
        await pass(2_000);
        expect(expiries).toHaveLength(delays.length);
        for (const { startedMs, expiredMs } of expiries) {
          expect(expiredMs - startedMs).toBeGreaterThanOrEqual(1_000);
          expect(expiredMs - startedMs).toBeLessThanOrEqual(1_100);
        }
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  it("starts a new timer for work that begins after it stopped", async () => {
    const clock = new ManualClock();
    const deadlines = new Deadlines(1_000, clock);
    await deadlines.limit(Promise.resolve(), "open");
    const late = deadlines.limit(never, "close");
    clock.advance(2_000);
    await expect(late).rejects.toEqual(expired);
  });

  it("does not mind work that settles after it has expired", async () => {
    const clock = new ManualClock();
    const deadlines = new Deadlines(1_000, clock);
    let settle: () => void = () => {};
    const work = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const limited = deadlines.limit(work, "drain");
    clock.advance(2_000);
    await expect(limited).rejects.toEqual(expired);
    const next = deadlines.limit(never, "drain");
    settle();
    await work;
    clock.advance(2_000);
    await expect(next).rejects.toEqual(expired);
  });
});
