import { describe, expect, it } from "vitest";
import {
  encodedLatencies,
  reconnectSettings,
  reportOf,
  workerResult,
} from "../report.test-helper.ts";
import { percentilePosition, plotsOf } from "./plot-data.ts";

describe("percentilePosition", () => {
  it.each([
    [0, 0],
    [90, 1],
    [99, 2],
    [99.9, 3],
    [99.99, 4],
  ])("puts percentile %d at %d", (percentile, position) => {
    expect(percentilePosition(percentile, 1e9)).toBeCloseTo(position, 9);
  });

  it("puts the end of the curve where one value is left", () => {
    expect(percentilePosition(100, 1_000)).toBeCloseTo(3, 9);
  });
});

describe("plotsOf", () => {
  it("brings curves of different length on one axis", () => {
    const storm = {
      dropped: 1,
      reconnected: 1,
      attempts: 1,
      failedAttempts: 0,
      recoveryMs: 1,
      per100Ms: [1],
      latencies: encodedLatencies(Array.from({ length: 10 }, () => 1_700)),
    };
    const handshakes = encodedLatencies(Array.from({ length: 1_000 }, () => 500));
    const results = [workerResult({ handshakes, storms: [storm] })];
    const [plot] = plotsOf(reportOf({ settings: reconnectSettings, results }));
    expect(plot?.series.map(({ label }) => label)).toEqual(["back after storm 1", "handshake"]);
    const [xs = [], storms = [], shakes = []] = plot?.columns ?? [];
    expect(xs).toEqual([...xs].sort((a, b) => (a ?? 0) - (b ?? 0)));
    expect(xs.at(-1)).toBeCloseTo(3, 9);
    expect([storms.length, shakes.length]).toEqual([xs.length, xs.length]);
    expect(new Set(storms)).toEqual(new Set([1_700, null]));
    expect(shakes.at(-1)).toBe(500);
  });

  it("has no plot without data", () => {
    expect(plotsOf(reportOf())).toEqual([]);
  });
});
