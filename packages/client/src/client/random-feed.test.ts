import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FeedHappening, RandomFeed } from "../random-feed.test-helper.ts";

type Happenings = Readonly<Record<string, readonly [weight: number, FeedHappening]>>;

/** What does not make anything impossible to recover. */
const harmless: Happenings = {
  publish: [8, (feed, number) => feed.publish(number)],
  serve: [4, (feed) => feed.serve()],
  arrive: [6, (feed, number) => feed.arrive(number % 5)],
  cut: [2, (feed) => feed.cut()],
  connect: [4, (feed) => feed.connect()],
};
const harmful: Happenings = {
  ...harmless,
  forget: [1, (feed) => feed.forget()],
  trim: [1, (feed, number) => feed.trim(number % 4)],
  rollBack: [1, (feed, number) => feed.rollBack(number % 4)],
  lose: [1, (feed) => feed.lose()],
};

type Step = readonly [happening: FeedHappening, number: number];

function stories(happenings: Happenings): fc.Arbitrary<readonly Step[]> {
  const happening = fc.oneof(
    ...Object.values(happenings).map(([weight, value]) => ({
      weight,
      arbitrary: fc.constant(value),
    })),
  );
  return fc.array(fc.tuple(happening, fc.nat(99)), { minLength: 5, maxLength: 80 });
}

/** Whether something was reported as lost between the items before and after those that are missing. */
function isToldBetween(seen: RandomFeed["feed"]["seen"], missing: number): boolean {
  const isBefore = (entry: unknown): boolean => typeof entry === "number" && entry < missing;
  const rest = seen.slice(seen.findLastIndex(isBefore) + 1);
  return rest.some((entry) => typeof entry === "object" && !entry.recovered);
}

async function live(feed: RandomFeed, steps: readonly Step[]): Promise<void> {
  for (const [happening, number] of steps) await happening(feed, number);
  await feed.calmDown();
}

describe("a topic with history, with holes and cuts at any moment", () => {
  it("hands over everything once and in order, as long as the history reaches back", async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), stories(harmless), async (isEager, steps) => {
        const random = new RandomFeed(isEager);
        // Before the first publication there is no position to come back to.
        random.publish(1);
        await live(random, steps);
        const { seen, stage } = random.feed;
        expect(seen.filter((entry) => typeof entry === "number")).toEqual(random.wanted);
        const outcomes = seen.filter((entry) => typeof entry === "object");
        expect(outcomes.filter(({ recovered }) => !recovered)).toEqual([]);
        expect(stage.codes).toEqual([]);
      }),
      { numRuns: 500 },
    );
  }, 60_000);

  it("hands over nothing twice, everything in order, and tells what is lost", async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), stories(harmful), async (isEager, steps) => {
        const random = new RandomFeed(isEager);
        await live(random, steps);
        const { seen } = random.feed;
        const items = seen.filter((entry) => typeof entry === "number");
        expect(items).toEqual([...new Set(items)].sort((a, b) => a - b));
        const had = new Set(items);
        const missing = random.wanted.filter((serial) => !had.has(serial));
        expect(missing.filter((serial) => !isToldBetween(seen, serial))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  }, 60_000);
});
