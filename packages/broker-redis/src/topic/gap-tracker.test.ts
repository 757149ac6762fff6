import type { Position } from "@windlass/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { HeldBudget } from "./held-publications.ts";
import { SimulatedTopic } from "./simulated-topic.test-helper.ts";

type Step = (topic: SimulatedTopic) => void;

const always: readonly Step[] = [
  (topic) => topic.publish(true),
  (topic) => topic.publish(true),
  (topic) => topic.publish(false),
  (topic) => topic.subscribe(),
  (topic) => topic.ask(),
  (topic) => topic.cut(),
  (topic) => topic.lose(),
  (topic) => topic.arrive(),
  (topic) => topic.arrive(),
  (topic) => topic.arrive(),
  (topic) => topic.read(2),
  (topic) => topic.receivePage(),
];
const forgetful: readonly Step[] = [
  ...always,
  (topic) => topic.trim(2),
  (topic) => topic.trim(0),
  (topic) => topic.forget(),
];

function stepsFrom(steps: readonly Step[]): fc.Arbitrary<Step[]> {
  return fc.array(fc.constantFrom(...steps), { maxLength: 120 });
}

function run(steps: readonly Step[], budget = new HeldBudget(1_000_000)): SimulatedTopic {
  const topic = new SimulatedTopic(budget);
  for (const step of steps) step(topic);
  topic.settle();
  return topic;
}

/** Numbers of those delivered that have a position. */
function deliveredKept(topic: SimulatedTopic): number[] {
  return topic.decisions.filter((each) => each !== "gap" && topic.kept.has(each)).map(Number);
}

/** Of two that follow each other in the same epoch, or of the first of another one, none is missing silently. */
function expectGapsToBeTold({ decisions, kept }: SimulatedTopic): void {
  let last: Position | undefined;
  let hasGap = false;
  for (const decision of decisions) {
    const position = decision === "gap" ? undefined : kept.get(decision);
    if (position !== undefined) {
      expect(hasGap || isNext(last, position)).toBe(true);
      last = position;
    }
    hasGap = decision === "gap" || (hasGap && position === undefined);
  }
}

function isNext(last: Position | undefined, { epoch, offset }: Position): boolean {
  if (last === undefined) return true;
  return last.epoch === epoch ? offset === last.offset + 1 : offset === 1;
}

test("delivers everything that the store has kept, whatever the channel loses", () => {
  fc.assert(
    fc.property(stepsFrom(always), (steps) => {
      const topic = run(steps);
      const wanted = [...topic.kept.keys()].filter((number) => number > (topic.begunAfter ?? 0));
      expect(deliveredKept(topic)).toEqual(wanted);
      expect(topic.decisions).not.toContain("gap");
      expect(topic.tracker.position).toEqual(topic.stored);
    }),
    { numRuns: 2_000 },
  );
});

test("delivers in order and once, and says where something is missing", () => {
  fc.assert(
    fc.property(stepsFrom(forgetful), (steps) => {
      const topic = run(steps);
      const kept = deliveredKept(topic);
      const others = topic.decisions.filter((each) => each !== "gap" && !topic.kept.has(each));
      for (const numbers of [kept, others.map(Number)]) {
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      }
      expectGapsToBeTold(topic);
    }),
    { numRuns: 2_000 },
  );
});

test("keeps the order also of those without a position when nothing is lost", () => {
  const steps = stepsFrom(forgetful.filter((_, index) => index !== 5 && index !== 6));
  fc.assert(
    fc.property(steps, (chosen) => {
      const numbers = run(chosen).decisions.filter((each) => each !== "gap");
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => Number(a) - Number(b)));
    }),
    { numRuns: 2_000 },
  );
});

test("says nothing of a gap when nothing is missing", () => {
  fc.assert(
    fc.property(stepsFrom(forgetful), (steps) => {
      const topic = run(steps);
      const numbers = new Set(topic.decisions);
      const missing = [...topic.kept.keys()].filter((number) => {
        return number > (topic.begunAfter ?? 0) && !numbers.has(number);
      });
      if (missing.length === 0 && !topic.hasForgotten) expect(numbers.has("gap")).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});

test("ends where the store stands", () => {
  fc.assert(
    fc.property(stepsFrom(forgetful), (steps) => {
      const topic = run(steps);
      expect(topic.tracker.wanted).toBeUndefined();
      expect(topic.tracker.position).toEqual(topic.stored);
    }),
    { numRuns: 2_000 },
  );
});

test("reads from the history what it has no room for, and lets go of its room", () => {
  fc.assert(
    fc.property(stepsFrom(always.filter((_, index) => index !== 2)), (steps) => {
      const budget = new HeldBudget(250);
      const topic = run(steps, budget);
      const wanted = [...topic.kept.keys()].filter((number) => number > (topic.begunAfter ?? 0));
      expect(deliveredKept(topic)).toEqual(wanted);
      expect(topic.decisions).not.toContain("gap");
      expect(budget.bytes).toBe(0);
    }),
    { numRuns: 2_000 },
  );
});

test("tells when the store was replaced by an older one", () => {
  const topic = new SimulatedTopic(new HeldBudget(1_000));
  for (let count = 0; count < 3; count += 1) topic.publish(true);
  topic.settle();
  const { tracker } = topic;
  const known = tracker.position;
  expect(known?.offset).toBe(3);
  tracker.suspend();
  tracker.resume({ epoch: known?.epoch ?? "", offset: 1 }, known);
  expect(topic.decisions.at(-1)).toBe("gap");
  expect(tracker.position?.offset).toBe(1);
});
