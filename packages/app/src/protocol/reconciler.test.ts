import { ManualClock } from "@windlass/core/testing";
import fc from "fast-check";
import { expect, it } from "vitest";
import { Reconciler } from "./reconciler.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Takes its time for each call, and may fail before or after it has done it. */
class SlowStore {
  readonly keys = new Set<string>();
  #end: ((how: string) => void) | undefined;

  get isIdle(): boolean {
    return this.#end === undefined;
  }

  readonly apply = (key: string, isWanted: boolean): Promise<void> => {
    expect(this.isIdle).toBe(true);
    return new Promise((resolve, reject) => {
      this.#end = (how) => {
        if (how !== "fail" && isWanted) this.keys.add(key);
        if (how !== "fail" && !isWanted) this.keys.delete(key);
        if (how === "finish") resolve();
        else reject(new Error(how));
      };
    });
  };

  end(how: string): void {
    const end = this.#end;
    this.#end = undefined;
    end?.(how);
  }
}

it("ends with what is wanted, one key at a time, whatever fails and takes its time", async () => {
  const step = fc.oneof(
    fc.record({ key: fc.constantFrom("a", "b", "c"), isWanted: fc.boolean() }),
    fc.constantFrom("finish", "fail", "fail after all"),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = new ManualClock();
      const store = new SlowStore();
      const wanted = new Map<string, boolean>();
      const reconciler = new Reconciler(store.apply, () => {}, clock);
      for (const next of steps) {
        if (typeof next === "string") store.end(next);
        else reconciler.want(next.key, next.isWanted);
        if (typeof next !== "string") wanted.set(next.key, next.isWanted);
        await settle();
      }
      for (let round = 0; round < 10; round += 1) {
        store.end("finish");
        await settle();
        if (store.isIdle) clock.advance(2_000);
        await settle();
      }
      const keys = [...wanted].filter(([, isWanted]) => isWanted).map(([key]) => key);
      expect([...store.keys].sort()).toEqual(keys.sort());
      for (const [key, isWanted] of wanted) expect(reconciler.isSettled(key, isWanted)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it("goes on after something that throws at once", async () => {
  let isBroken = true;
  const clock = new ManualClock();
  const reconciler = new Reconciler(
    () => {
      if (isBroken) throw new Error("at once");
      return Promise.resolve();
    },
    () => {},
    clock,
  );
  reconciler.want("a", true);
  await settle();
  isBroken = false;
  clock.advance(2_000);
  await settle();
  expect(reconciler.isSettled("a", true)).toBe(true);
});
