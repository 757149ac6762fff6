import { describe, expect, it } from "vitest";
import { median, quantile, ratiosPerRound, spreadOf } from "./statistics.ts";

const rounds = (...values: readonly number[]) => values.map((value, round) => ({ round, value }));

describe("median", () => {
  it("is the middle value whatever the order", () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it("lies between the two middle values of an even number", () => {
    expect(median([4, 1, 3, 100])).toBe(3.5);
  });

  it("compares numbers as numbers", () => {
    expect(median([10, 9, 100])).toBe(10);
  });

  it("refuses to make up a value from none", () => {
    expect(() => median([])).toThrow(RangeError);
  });

  it("leaves the caller's list as it was", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe("spreadOf", () => {
  it("gives the extremes and the quartiles", () => {
    expect(spreadOf([5, 1, 2, 4, 3])).toEqual({
      min: 1,
      lowerQuartile: 2,
      upperQuartile: 4,
      max: 5,
    });
  });

  it("is one point for one round", () => {
    expect(spreadOf([7])).toEqual({ min: 7, lowerQuartile: 7, upperQuartile: 7, max: 7 });
  });

  it("interpolates between neighbours", () => {
    expect(quantile([0, 10], 0.25)).toBe(2.5);
  });
});

describe("ratiosPerRound", () => {
  it("divides within each round, so that a slow round cancels out", () => {
    expect(ratiosPerRound(rounds(2, 20, 2), rounds(1, 10, 1))).toEqual([2, 2, 2]);
  });

  it("leaves out rounds without a base", () => {
    const base = [{ round: 1, value: 4 }];
    expect(ratiosPerRound(rounds(2, 8, 2), base)).toEqual([2]);
  });

  it("leaves out a base of nothing", () => {
    expect(ratiosPerRound(rounds(2), rounds(0))).toEqual([]);
  });
});
