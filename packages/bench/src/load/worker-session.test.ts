import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BenchError } from "../contract/bench-error.ts";
import type { FromWorker, Progress, WorkerResult } from "../contract/worker-messages.ts";
import { echoShare } from "./echo-share.test-helper.ts";
import type { Scenario } from "./scenario.ts";
import { WorkerSession } from "./worker-session.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const share = echoShare("ws://127.0.0.1:1/");
const connections = { attempted: 1, opened: 1, failed: {}, lost: {} };
const result = { measuredMs: 1 } as WorkerResult;

function begin(changes: Partial<Scenario> = {}) {
  const log: string[] = [];
  const note = (what: string) => () => void log.push(what);
  const scenario: Scenario = {
    open: async () => note("open")(),
    connections: () => connections,
    warmUp: note("warmUp"),
    measure: note("measure"),
    stop: async () => {
      log.push("stop");
      return result;
    },
    release: async () => note("release")(),
    takeProgress: () => ({ replies: 1 }) as Progress,
    ...changes,
  };
  const sent: FromWorker[] = [];
  const session = new WorkerSession({
    createScenario: async () => scenario,
    send: (message) => {
      sent.push(message);
      log.push(`> ${message.kind}`);
    },
    leave: (exitCode) => void log.push(`leave ${exitCode}`),
  });
  return { session, log, sent };
}

describe("WorkerSession", () => {
  it("leads a scenario from begin to result", async () => {
    const { session, log, sent } = begin();
    await session.handle({ kind: "begin", share });
    await session.handle({ kind: "warmUp" });
    vi.advanceTimersByTime(500);
    await session.handle({ kind: "measure" });
    vi.advanceTimersByTime(250);
    await session.handle({ kind: "stop" });
    vi.advanceTimersByTime(1_000);
    expect(log).toEqual([
      ...["open", "> opened", "warmUp", "> progress", "> progress", "measure", "> progress"],
      ...["> progress", "stop", "> result", "release", "leave 0"],
    ]);
    expect(sent[0]).toEqual({ kind: "opened", connections });
    expect(sent.at(-1)).toEqual({ kind: "result", result });
  });

  it("leaves by itself when the scenario ends by itself", async () => {
    const { session, log } = begin({ finished: Promise.resolve(result) });
    await session.handle({ kind: "begin", share });
    await session.handle({ kind: "measure" });
    expect(log.slice(2)).toEqual(["measure", "> progress", "> result", "release", "leave 0"]);
  });

  it("holds what a scenario holds until release", async () => {
    const { session, log } = begin({ finished: Promise.resolve(result), holds: true });
    await session.handle({ kind: "begin", share });
    await session.handle({ kind: "measure" });
    expect(log.slice(2)).toEqual(["measure", "> progress", "> held"]);
    await session.handle({ kind: "release" });
    expect(log.slice(-3)).toEqual(["> result", "release", "leave 0"]);
  });

  it("tells what is meant for people as it is, once, and leaves", async () => {
    const { session, log, sent } = begin({
      open: () => Promise.reject(new BenchError("The message is too short.")),
    });
    await session.handle({ kind: "begin", share });
    session.fail(new Error("and another"));
    expect(sent).toEqual([{ kind: "fatal", message: "The message is too short." }]);
    expect(log).toEqual(["> fatal", "leave 1"]);
  });

  it("tells of a fault where it lies", async () => {
    const { session, sent } = begin();
    await session.handle({ kind: "measure" });
    const message = sent[0]?.kind === "fatal" ? sent[0].message : "";
    expect(message).toContain("The message measure came before begin.");
    expect(message).toContain("worker-session");
  });
});
