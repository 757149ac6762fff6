import { describe, expect, it } from "vitest";
import { formatText } from "./format-text.ts";
import {
  answered,
  connectionsOf,
  connectSettings,
  encodedLatencies,
  reportOf,
  workerResult,
} from "./report.test-helper.ts";

const latencies = encodedLatencies([100, 200, 300, 400]);
const results = [workerResult({ latencies, handshakes: encodedLatencies([1_500]) })];

describe("formatText", () => {
  it("begins with the server's CPU time per million messages, then the throughput", () => {
    const lines = formatText(reportOf({ results })).split("\n");
    expect(lines[0]).toBe("windlass-bench 1.2.3: echo ws://127.0.0.1:9001/");
    expect(lines[1]).toContain("100 connections, 20 B text, closed loop, 1 in flight, 10 s");
    expect(lines[3]).toContain(
      "server CPU   20.0 s per million messages (2.00 s in all, 20 % of a core",
    );
    expect(lines[4]).toContain("throughput   10,000 messages/s (100,000 in 10 s)");
  });

  it("has an aligned table from p50 to max, labelled with the loop", () => {
    const lines = formatText(reportOf({ results })).split("\n");
    const head = lines.findIndex((line) => line.includes("p99.99"));
    const [title, latency, handshake] = lines.slice(head, head + 3);
    expect(title).toMatch(
      /^ {2}closed loop +p50 +p75 +p90 +p99 +p99\.9 +p99\.99 +max +mean +samples$/,
    );
    expect(latency).toMatch(/^ {2}latency +200 µs +300 µs +400 µs/);
    expect(handshake).toMatch(/^ {2}handshake +1\.50 ms/);
    expect(new Set([title?.length, latency?.length, handshake?.length]).size).toBe(1);
  });

  it("ends with what was checked, or with what failed", () => {
    expect(formatText(reportOf({ results }))).toMatch(
      /All checks held: 100,000 messages sent, 100,000 came back; contents were compared by sample\.\n$/,
    );
    const messages = { ...answered(100), replies: 99, missing: 1 };
    const failed = formatText(reportOf({ results: [workerResult({ messages })] }));
    expect(failed).toMatch(/\n\nFAILED\n {2}- 1 of 100 expected replies never came\.\n$/);
    expect(failed).not.toContain("All checks held");
  });

  it("tells memory per connection, and no loop, for connect", () => {
    const text = formatText(
      reportOf({
        settings: connectSettings,
        results: [workerResult({ connections: connectionsOf(2_048) })],
      }),
    );
    expect(text).toContain("memory       5.00 KiB per connection");
    expect(text).toContain("handshakes/s (2,048 in 10 s)");
    expect(text).not.toMatch(/(closed|open) loop/);
  });

  it("keeps lines within 110 columns", () => {
    const longest = Math.max(
      ...formatText(reportOf({ results }))
        .split("\n")
        .map((line) => line.length),
    );
    expect(longest).toBeLessThanOrEqual(112);
  });
});
