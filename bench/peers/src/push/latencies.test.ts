import { describe, expect, it } from "vitest";
import { Latencies } from "./latencies.ts";

describe("Latencies", () => {
  it("has no percentiles of nothing", () => {
    expect(new Latencies().summary()).toBeUndefined();
  });

  it("has the middle one, and the one that a hundredth is above", () => {
    const latencies = new Latencies();
    for (let ms = 1; ms <= 100; ms += 1) latencies.record(ms / 100);
    expect(latencies.summary()).toEqual({ p50Us: 500, p99Us: 990 });
  });

  it("takes what is shorter than a microsecond or longer than two minutes", () => {
    const latencies = new Latencies();
    for (const ms of [-0.001, 0, 0.0004]) latencies.record(ms);
    expect(latencies.summary()).toEqual({ p50Us: 1, p99Us: 1 });
    for (let count = 0; count < 9; count += 1) latencies.record(500_000);
    expect(latencies.summary()).toEqual({ p50Us: 120_000_000, p99Us: 120_000_000 });
  });
});
