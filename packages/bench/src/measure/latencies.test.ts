import { build } from "hdr-histogram-js";
import { describe, expect, it } from "vitest";
import { Latencies, LONGEST_US } from "./latencies.ts";

/** Latencies of these values, in a scattered order. */
function of(values: Iterable<number>): Latencies {
  const latencies = new Latencies();
  for (const value of values) latencies.record(value);
  return latencies;
}

function* range(from: number, to: number): Generator<number> {
  for (let value = from; value <= to; value += 1) yield value;
}

/** Three significant digits. */
function expectNear(actual: number | undefined, wanted: number): void {
  expect(Math.abs((actual ?? 0) - wanted) / wanted).toBeLessThan(0.001);
}

describe("Latencies", () => {
  it("equals the uniform distribution from 1 to 100,000 us within three digits", () => {
    const summary = of(range(1, 100_000)).summary();
    expect(summary?.count).toBe(100_000);
    expectNear(summary?.meanUs, 50_000.5);
    expectNear(summary?.p50Us, 50_000);
    expectNear(summary?.p75Us, 75_000);
    expectNear(summary?.p90Us, 90_000);
    expectNear(summary?.p99Us, 99_000);
    expectNear(summary?.p999Us, 99_900);
    expectNear(summary?.p9999Us, 99_990);
    expect(summary?.maxUs).toBe(100_000);
  });

  it("is exact for two values that have slots of their own", () => {
    const latencies = new Latencies();
    for (let index = 0; index < 99_000; index += 1) latencies.record(120);
    for (let index = 0; index < 1_000; index += 1) latencies.record(1_900);
    const { curve, ...summary } = latencies.summary() ?? { curve: [] };
    expect(summary).toEqual({
      count: 100_000,
      meanUs: (99_000 * 120 + 1_000 * 1_900) / 100_000,
      p50Us: 120,
      p75Us: 120,
      p90Us: 120,
      p99Us: 120,
      p999Us: 1_900,
      p9999Us: 1_900,
      maxUs: 1_900,
    });
    expect(curve[0]).toEqual({ percentile: 0, us: 120 });
    expect(curve.at(-1)).toEqual({ percentile: 100, us: 1_900 });
  });

  it("counts each value where hdr-histogram-js counts it", () => {
    for (const value of [1, 2047, 2048, 2049, 4095, 4096, 123_457, 99_999_999, LONGEST_US]) {
      const plain = build({
        bitBucketSize: 64,
        highestTrackableValue: LONGEST_US,
        numberOfSignificantValueDigits: 3,
      });
      plain.recordValue(value);
      plain.recordValue(LONGEST_US);
      expect(of([value, LONGEST_US]).percentileUs(50)).toBe(
        Math.min(plain.getValueAtPercentile(50), LONGEST_US),
      );
    }
  });

  it("gives the same whether it is asked in between or at the end", () => {
    const asked = new Latencies();
    for (const value of range(1, 30_000)) {
      asked.record(value * 3);
      if (value % 1_000 === 0) asked.summary();
    }
    expect(asked.summary()).toEqual(of([...range(1, 30_000)].map((value) => value * 3)).summary());
  });

  it("is the whole after its encoded parts were added up", () => {
    const whole = of(range(1, 2_000));
    const sum = new Latencies();
    for (let part = 0; part < 4; part += 1) {
      const encoded = of(range(part * 500 + 1, part * 500 + 500)).encode();
      sum.add(encoded ?? "");
    }
    expect(sum.count).toBe(2_000);
    expect(sum.summary()).toEqual(whole.summary());
  });

  it("keeps values above the first slots through encoding within three digits", () => {
    const sum = of(range(1, 50_000));
    sum.add(of(range(50_001, 100_000)).encode() ?? "");
    expectNear(sum.summary()?.p50Us, 50_000);
    expectNear(sum.summary()?.maxUs, 100_000);
  });

  it("counts values outside of the range at its ends", () => {
    const latencies = of([-3, 0, 0.2, 121_000_000, Number.POSITIVE_INFINITY]);
    expect(latencies.clamped).toBe(2);
    expect(latencies.summary()).toMatchObject({ count: 5, p50Us: 1, maxUs: LONGEST_US });
  });

  it("refuses what is no number", () => {
    expect(() => new Latencies().record(Number.NaN)).toThrow("must be a number");
  });

  it("says nothing when it is empty, also after a reset", () => {
    const latencies = of([5, 500_000]);
    latencies.encode();
    latencies.record(7);
    latencies.reset();
    expect(latencies.count).toBe(0);
    expect(latencies.encode()).toBeUndefined();
    expect(latencies.summary()).toBeUndefined();
    latencies.record(9);
    expect(latencies.summary()).toMatchObject({ count: 1, meanUs: 9, maxUs: 9 });
  });

  it("has a curve that rises and holds the named percentiles", () => {
    const curve = of(range(1, 100_000)).summary()?.curve ?? [];
    const percentiles = curve.map((point) => point.percentile);
    expect(percentiles).toEqual(expect.arrayContaining([0, 50, 90, 99, 99.9, 99.99, 100]));
    expect(percentiles).toEqual([...percentiles].sort((a, b) => a - b));
    const values = curve.map((point) => point.us);
    expect(values).toEqual([...values].sort((a, b) => a - b));
  });
});
