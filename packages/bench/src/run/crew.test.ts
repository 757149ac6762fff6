import { describe, expect, it } from "vitest";
import type { ToWorker } from "../contract/worker-messages.ts";
import { echoSettings } from "../report/report.test-helper.ts";
import { Crew } from "./crew.ts";
import { type FakeWorker, fakeWorkers, obedient } from "./fake-workers.test-helper.ts";
import { RunControl } from "./run-control.ts";
import { splitShares } from "./shares.ts";

const shares = splitShares(
  { ...echoSettings, workers: 3 },
  { localAddresses: [], address: "127.0.0.1" },
);

function crewOf(behave?: (worker: FakeWorker, message: ToWorker) => void) {
  const control = new RunControl();
  const { workers, start } = fakeWorkers(behave);
  const progress: [number, number][] = [];
  const onProgress = (worker: number, { replies }: { replies: number }) => {
    progress.push([worker, replies]);
  };
  return { control, workers, progress, crew: new Crew({ shares, start, control, onProgress }) };
}

describe("Crew", () => {
  it("gives each worker its share and waits for the last answer", async () => {
    const { crew, workers } = crewOf(() => {});
    const opened = crew.all("opened");
    expect(workers.map((worker) => worker.share?.worker)).toEqual([0, 1, 2]);
    let isOpened = false;
    void opened.then(() => {
      isOpened = true;
    });
    for (const worker of workers.slice(1))
      obedient(worker, { kind: "begin", share: shares[1] as never });
    await Promise.resolve();
    expect(isOpened).toBe(false);
    obedient(workers[0] as FakeWorker, { kind: "begin", share: shares[0] as never });
    expect((await opened).map(({ connections }) => connections.opened)).toHaveLength(3);
  });

  it("remembers answers that come before they are asked for", async () => {
    const { crew } = crewOf();
    await crew.all("opened");
    crew.tell({ kind: "stop" });
    await crew.all("result");
    expect(await crew.all("result")).toHaveLength(3);
  });

  it("passes progress on with the number of the worker", () => {
    const { workers, progress } = crewOf();
    const counts = { requests: 0, bytesSent: 0, bytesReceived: 0, faults: 0, open: 0 };
    workers[2]?.say({ kind: "progress", progress: { ...counts, replies: 7 } });
    expect(progress).toEqual([[2, 7]]);
  });

  it("ends the run when a worker dies, saying which and how, and kills the others", async () => {
    const { crew, workers } = crewOf(() => {});
    const opened = crew.all("opened");
    workers[1]?.end("SIGKILL");
    await expect(opened).rejects.toThrow("Worker 2 of 3 ended unexpectedly (SIGKILL)");
    await crew.end();
    expect(workers.map((worker) => worker.isKilled)).toEqual([true, true, true]);
  });

  it("ends the run with the sentence of a worker that cannot go on", async () => {
    const { crew, workers } = crewOf(() => {});
    const opened = crew.all("opened");
    workers[0]?.say({ kind: "fatal", message: "The adapter is broken." });
    workers[0]?.end("exit status 1");
    await expect(opened).rejects.toThrow(/^The adapter is broken\.$/);
    await expect(crew.all("result")).rejects.toThrow("The adapter is broken.");
  });

  it("lets workers leave that have reported", async () => {
    const { crew, workers } = crewOf((worker, message) => {
      if (message.kind === "release") worker.end();
      else obedient(worker, message);
    });
    await crew.all("opened");
    await crew.end();
    expect(workers.map((worker) => worker.heard)).toEqual(Array(3).fill(["begin", "release"]));
    expect(workers.some((worker) => worker.isKilled)).toBe(false);
  });
});
