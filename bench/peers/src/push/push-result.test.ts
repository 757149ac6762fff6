import { describe, expect, it } from "vitest";
import { defaultOptions } from "./push-options.ts";
import { type EchoReport, type PushRuns, resultOf } from "./push-result.ts";

const quiet: EchoReport = {
  server: { cpuShare: 0.05 },
  generator: { cpuShare: 0.1 },
  failures: [],
};
const runs: PushRuns = {
  options: defaultOptions,
  quiet,
  loaded: { ...quiet, server: { cpuShare: 0.3 } },
  push: {
    answeredPerSecond: 5_000,
    latency: undefined,
    lateness: undefined,
    accepted: 10,
    otherStatuses: new Map(),
    failures: [],
  },
  received: 40,
};

describe("resultOf", () => {
  it("sees the cost of a request in what the server used more than with the echoes alone", () => {
    expect(resultOf(runs).cpuMicrosecondsPerRequest).toBeCloseTo(50);
  });

  it("knows no cost where the system does not tell, or nothing was answered", () => {
    const { server: _, ...untold } = quiet;
    const unanswered = { ...runs.push, answeredPerSecond: 0 };
    for (const some of [{ quiet: untold }, { loaded: untold }, { push: unanswered }]) {
      expect(resultOf({ ...runs, ...some }).cpuMicrosecondsPerRequest).toBeUndefined();
    }
  });

  it("finds no fault when each subscriber has every publication", () => {
    expect(resultOf(runs)).toMatchObject({ received: 40, wanted: 40, failures: [] });
  });

  it("is a failure when a publication is missing, or comes twice", () => {
    for (const received of [39, 41]) {
      expect(resultOf({ ...runs, received }).failures).toEqual([
        `40 publications were to be delivered, and ${received} came`,
      ]);
    }
  });

  it("has the failures of all, and says whose they are", () => {
    const { failures } = resultOf({
      ...runs,
      quiet: { ...quiet, failures: ["one"] },
      loaded: { ...quiet, failures: ["two"] },
      push: { ...runs.push, failures: ["three"] },
    });
    expect(failures).toEqual(["three", "echo without push: one", "echo with push: two"]);
  });
});
