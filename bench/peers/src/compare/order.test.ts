import { describe, expect, it } from "vitest";
import { orderOfRound } from "./order.ts";

describe("orderOfRound", () => {
  it("begins one further on in each round and goes backwards in every other", () => {
    const items = ["a", "b", "c"];
    const rounds = [0, 1, 2, 3].map((round) => orderOfRound(items, round).join(""));
    expect(rounds).toEqual(["abc", "acb", "cab", "cba"]);
  });

  it("has each item once in every round", () => {
    const items = ["a", "b", "c", "d", "e"];
    for (let round = 0; round < 12; round += 1) {
      expect([...orderOfRound(items, round)].sort()).toEqual(items);
    }
  });

  it("gives each item every place equally often within twice as many rounds as items", () => {
    const items = ["a", "b", "c"];
    const places = Array.from({ length: 6 }, (_, round) => orderOfRound(items, round).indexOf("a"));
    expect(places.sort()).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it("has nothing to order without items", () => {
    expect(orderOfRound([], 3)).toEqual([]);
  });
});
