import { describe, expect, it } from "vitest";
import type { Progress } from "../contract/worker-messages.ts";
import { encodedLatencies } from "../report/report.test-helper.ts";
import { RateMeter } from "./rate-meter.ts";

function progress(replies: number, latencies?: string): Progress {
  const counts = { replies, requests: replies, bytesSent: 0, bytesReceived: 0, faults: 0, open: 1 };
  return latencies === undefined ? counts : { ...counts, latencies };
}

describe("RateMeter", () => {
  it("takes the rate of each worker between its own reports", () => {
    const meter = new RateMeter();
    // 100 in 250 ms and 50 in 250 ms, at moments of their own.
    for (let step = 0; step <= 4; step += 1) {
      meter.add(0, progress(100), 1_000 + step * 250);
      meter.add(1, progress(50), 1_100 + step * 250);
    }
    expect(meter.take().messagesPerSecond).toBeCloseTo(600, 6);
  });

  it("is steady however many reports fall into an interval", () => {
    const meter = new RateMeter();
    meter.add(0, progress(100), 0);
    for (const count of [3, 4, 5]) {
      meter.take();
      for (let report = 0; report < count; report += 1) meter.add(0, progress(100), at());
      expect(meter.take().messagesPerSecond).toBeCloseTo(400, 6);
    }
  });

  let now = 0;
  function at(): number {
    now += 250;
    return now;
  }

  it("ignores what the first report of a worker counts, which may reach back before the start", () => {
    const meter = new RateMeter();
    meter.add(0, progress(1e6, encodedLatencies([5])), 100);
    expect(meter.take()).toEqual({ messagesPerSecond: 0, p50Us: null, p99Us: null });
  });

  it("has the latencies of the interval only", () => {
    const meter = new RateMeter();
    meter.add(0, progress(0), 0);
    meter.add(0, progress(2, encodedLatencies([10, 20])), 250);
    expect(meter.take()).toMatchObject({ p50Us: 10, p99Us: 20 });
    meter.add(0, progress(1, encodedLatencies([900])), 500);
    expect(meter.take()).toMatchObject({ p50Us: 900, p99Us: 900 });
    expect(meter.take()).toMatchObject({ p50Us: null });
  });

  it("shows a stall as nothing", () => {
    const meter = new RateMeter();
    meter.add(0, progress(100), 0);
    meter.add(0, progress(0), 250);
    expect(meter.take().messagesPerSecond).toBe(0);
  });
});
