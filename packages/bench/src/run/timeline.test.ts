import { describe, expect, it } from "vitest";
import type { Progress } from "../contract/worker-messages.ts";
import { encodedLatencies } from "../report/report.test-helper.ts";
import { DriftRecorder } from "./drift-recorder.ts";
import { Timeline } from "./timeline.ts";

function progress(replies: number, latencies: readonly number[] = []): Progress {
  const counts = { replies, requests: replies, bytesSent: 0, bytesReceived: 0, faults: 0, open: 1 };
  return latencies.length === 0 ? counts : { ...counts, latencies: encodedLatencies(latencies) };
}

function usage(cpuSeconds: number, rssBytes: number) {
  return { cpuSeconds, rssBytes, cpuErrorSeconds: 0 };
}

describe("Timeline", () => {
  it("has a point per interval with rate, latencies and what the server used in it", () => {
    const timeline = new Timeline(5_000, 1_000, usage(3, 100));
    timeline.add(0, progress(0), 5_000);
    timeline.add(0, progress(500, [80, 80, 90]), 6_000);
    timeline.close(6_000, usage(3.5, 110));
    timeline.add(0, progress(250, [70]), 7_000);
    timeline.close(7_000, usage(3.75, 120));
    expect(timeline.points).toEqual([
      {
        seconds: 1,
        messagesPerSecond: 500,
        p50Us: 80,
        p99Us: 90,
        serverRssBytes: 110,
        serverCpuShare: 0.5,
      },
      {
        seconds: 2,
        messagesPerSecond: 250,
        p50Us: 70,
        p99Us: 70,
        serverRssBytes: 120,
        serverCpuShare: 0.25,
      },
    ]);
  });

  it("knows nothing of a server that cannot be looked into", () => {
    const timeline = new Timeline(0, 1_000, undefined);
    timeline.close(1_000, undefined);
    expect(timeline.points[0]).toMatchObject({ serverRssBytes: null, serverCpuShare: null });
  });

  it("keeps a last interval that is long enough, and drops a stump", () => {
    const timeline = new Timeline(0, 1_000, undefined);
    timeline.close(1_000, undefined);
    timeline.finish(1_400, undefined);
    expect(timeline.points).toHaveLength(1);
    timeline.finish(1_990, undefined);
    expect(timeline.points).toHaveLength(2);
  });
});

describe("DriftRecorder", () => {
  const points = (sizes: readonly number[]) =>
    sizes.map((serverRssBytes, index) => ({
      seconds: (index + 1) * 900,
      messagesPerSecond: 1,
      p50Us: 1,
      p99Us: 1,
      serverRssBytes,
      serverCpuShare: 0,
    }));

  it("compares the last quarter with the first one", () => {
    const recorder = new DriftRecorder(1_000, 4_000);
    recorder.add(progress(2, [100, 400]), 2_000);
    recorder.add(progress(1, [9_999]), 3_000);
    recorder.add(progress(2, [150, 1_200]), 4_500);
    expect(recorder.drift(points([]))).toEqual({
      p50Ratio: 1.5,
      p99Ratio: 3,
      rssGrowthBytes: null,
      rssBytesPerHour: null,
    });
  });

  it("has growth and slope of memory: 1,000 bytes each quarter of an hour", () => {
    const recorder = new DriftRecorder(0, 4_000);
    recorder.add(progress(1, [100]), 500);
    recorder.add(progress(1, [100]), 3_500);
    const drift = recorder.drift(points([1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000]));
    expect(drift?.rssGrowthBytes).toBe(6_000);
    expect(drift?.rssBytesPerHour).toBeCloseTo(4_000, 6);
  });

  it("compares nothing when a quarter has no latencies", () => {
    const recorder = new DriftRecorder(0, 4_000);
    recorder.add(progress(1, [100]), 500);
    recorder.add(progress(1), 3_500);
    expect(recorder.drift(points([1, 2]))).toBeUndefined();
  });
});
