import { describe, expect, it } from "vitest";
import { defaultOptions } from "./push-options.ts";
import type { PushResult } from "./push-result.ts";
import { pushToText } from "./push-table.ts";

const result: PushResult = {
  options: defaultOptions,
  cpuMicrosecondsPerRequest: 61.234,
  push: {
    answeredPerSecond: 4_998.6,
    latency: { p50Us: 812, p99Us: 3_456 },
    lateness: { p50Us: 480, p99Us: 1_100 },
    accepted: 60_000,
    otherStatuses: new Map(),
    failures: [],
  },
  quietEcho: { p50Us: 210, p99Us: 640 },
  loadedEcho: { p50Us: 400, p99Us: 2_000 },
  received: 240_000,
  wanted: 240_000,
  generatorShare: 0.714,
  failures: [],
};

const lines = (changed: Partial<PushResult> = {}): readonly string[] =>
  pushToText({ ...result, ...changed }, ["A note."]).split("\n");

describe("pushToText", () => {
  it("says what was done, what came out, and what it depends on", () => {
    expect(lines()).toEqual([
      "5,000 signed requests/s over 50 connections, each a publication of 100 bytes to one of 25 topics with 4 subscribers; 100 sockets that echo once a second; 10 s",
      "",
      "                                                measured",
      "server CPU per signed request                    61.2 µs",
      "requests answered per second              4,999 of 5,000",
      "HTTP latency, p50 / p99                  0.812 / 3.46 ms",
      "statuses other than 200                             none",
      "echo latency without push, p50 / p99    0.210 / 0.640 ms",
      "echo latency with push, p50 / p99        0.400 / 2.00 ms",
      "publications delivered                240,000 of 240,000",
      "generator CPU                             71 % of a core",
      "requests sent after due, p50 / p99       0.480 / 1.10 ms",
      "",
      "A note.",
    ]);
  });

  it("counts each status that is not 200", () => {
    const otherStatuses = new Map([
      [409, 1_234],
      [503, 1],
    ]);
    const rows = lines({ push: { ...result.push, otherStatuses } });
    expect(rows[6]).toMatch(/^statuses other than 200 +409: 1,234, 503: 1$/);
  });

  it("leaves out what is not known", () => {
    const rows = lines({ cpuMicrosecondsPerRequest: undefined, quietEcho: undefined });
    expect([rows[3], rows[7]].map((row) => row?.split(/ {2,}/)[1])).toEqual(["-", "-"]);
  });

  it("warns of figures that are not those of the server", () => {
    expect(lines({ generatorShare: 0.95 }).at(-1)).toContain("The generator used its core up");
    const slow = { ...result.push, answeredPerSecond: 4_000 };
    expect(lines({ push: slow }).at(-1)).toContain("The server did not keep up");
    expect(lines({ push: { ...slow, failures: ["refused"] } }).at(-1)).toBe("A note.");
  });
});
