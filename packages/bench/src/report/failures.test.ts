import { describe, expect, it } from "vitest";
import type { MessageCounts } from "../contract/report.ts";
import {
  answered,
  connectionsOf,
  connectSettings,
  encodedLatencies,
  noMessages,
  openSettings,
  reconnectSettings,
  reportOf,
  workerResult,
} from "./report.test-helper.ts";

function failuresOf(counts: Partial<MessageCounts>): readonly string[] {
  return reportOf({ results: [workerResult({ messages: { ...answered(1_000), ...counts } })] })
    .failures;
}

describe("findFailures", () => {
  it("finds none in a healthy run", () => {
    expect(failuresOf({})).toEqual([]);
  });

  it.each([
    [{ replies: 988, missing: 12 }, "12 of 1,000 expected replies never came."],
    [{ duplicated: 1 }, "1 reply came more than once."],
    [{ outOfOrder: 3 }, "3 replies came after a later one."],
    [
      { corrupted: 2 },
      "2 replies had the wrong length or content (contents are compared by sample: there may be more).",
    ],
    [
      { expected: 1_010, missing: 10, unsent: 10 },
      "10 of 1,010 expected replies never came (10 were not sent, because too many were outstanding).",
    ],
  ])("tells %o in a sentence", (counts, sentence) => {
    expect(failuresOf(counts)).toEqual([sentence]);
  });

  it("tells several faults one by one", () => {
    expect(failuresOf({ replies: 999, missing: 1, duplicated: 4, corrupted: 2 })).toHaveLength(3);
  });

  it("does not take silence for success", () => {
    expect(failuresOf(noMessages)).toEqual([
      expect.stringMatching(/^No message was sent .* the warm-up were still without a reply/),
    ]);
    const results = [workerResult({ messages: noMessages })];
    expect(reportOf({ settings: openSettings, results }).failures).toEqual([
      expect.stringMatching(/^No message was sent .* None was due: use a higher --rate/),
    ]);
  });

  it("notices accounts that do not add up", () => {
    expect(failuresOf({ replies: 1_001 })).toEqual([
      expect.stringMatching(
        /^1,001 replies came to 1,000 expected ones\. Some reached connections/,
      ),
    ]);
  });

  it("does not blame the load for what a lost connection could not send", () => {
    const connections = connectionsOf(50, { lost: { "closed by the server: 1011": 2 } });
    const messages = { ...answered(1_000), expected: 1_010, missing: 10, unsent: 10 };
    const { failures } = reportOf({ results: [workerResult({ connections, messages })] });
    expect(failures[1]).toContain("not sent, because their connections were lost, or too many");
  });

  it("lists why connections failed and were lost, the most frequent reason first", () => {
    const connections = connectionsOf(7, {
      attempted: 10,
      failed: { "connection refused": 1, "handshake answered 403": 2 },
      lost: { "closed by the server: 1001 going away": 1 },
    });
    const { failures } = reportOf({
      settings: connectSettings,
      results: [workerResult({ connections })],
    });
    expect(failures).toEqual([
      "3 of 10 connections failed: 2 x handshake answered 403, 1 x connection refused.",
      "1 connection was lost: 1 x closed by the server: 1001 going away.",
    ]);
  });

  it("forgives attempts of a storm, but neither who stayed away nor who never came", () => {
    const storm = {
      dropped: 10,
      reconnected: 8,
      attempts: 14,
      failedAttempts: 6,
      recoveryMs: 100,
      latencies: encodedLatencies([5]),
      per100Ms: [8],
    };
    const connections = connectionsOf(8, { attempted: 16, failed: { refused: 8 } });
    const results = [workerResult({ connections, storms: [storm], messages: noMessages })];
    expect(reportOf({ settings: reconnectSettings, results }).failures).toEqual([
      "2 of 100 connections failed to open at first: 8 x refused, the storms included.",
      "Storm 1: 2 of 10 clients did not come back.",
    ]);
  });
});
