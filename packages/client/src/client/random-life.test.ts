import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Happening, RandomLife } from "../random-life.test-helper.ts";

const happenings: Readonly<Record<string, { readonly weight: number; readonly value: Happening }>> =
  {
    open: { weight: 4, value: (life) => life.open() },
    welcome: { weight: 4, value: (life, number) => life.welcome(number) },
    cut: { weight: 2, value: (life, number) => life.cut(number) },
    answer: { weight: 4, value: (life, number) => life.answer(number) },
    repeatAnswer: { weight: 1, value: (life, number) => life.repeatAnswer(number) },
    order: { weight: 1, value: (life, number) => life.order(number) },
    deliver: { weight: 5, value: (life, number) => life.deliver(number) },
    abort: { weight: 1, value: (life, number) => life.abort(number) },
    subscribe: { weight: 2, value: (life, number) => life.subscribe(number) },
    unsubscribe: { weight: 1, value: (life, number) => life.unsubscribe(number) },
    timePasses: { weight: 4, value: (life, number) => life.stage.clock.advance(number) },
    haunt: { weight: 1, value: (life, number) => life.haunt(number) },
  };

const name = fc.oneof(
  ...Object.entries(happenings).map(([key, { weight }]) => ({
    weight,
    arbitrary: fc.constant(key),
  })),
);
const story = fc.array(fc.tuple(name, fc.nat(20_000)), { minLength: 5, maxLength: 60 });

describe("a client to which anything happens", () => {
  it("has one live socket, sends what is not settled in order, and leaves nothing behind", async () => {
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const life = new RandomLife();
        await life.live(() => {}, 0);
        for (const [key, number] of steps) {
          const happening = happenings[key]?.value;
          if (happening !== undefined) await life.live(happening, number);
        }
        life.stage.client.close();
        await Promise.all(life.promises);
        expect(life.stage.network.live).toEqual([]);
        expect(life.stage.clock.pendingTimers).toBe(0);
        expect(life.stage.client.bufferedBytes).toBe(0);
        expect(life.stage.client.state).toBe("closed");
      }),
      { numRuns: 500 },
    );
  }, 60_000);
});
