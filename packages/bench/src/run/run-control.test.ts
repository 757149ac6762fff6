import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { BenchError } from "../contract/bench-error.ts";
import { endOnSignals } from "./interruption.ts";
import { RunControl } from "./run-control.ts";

describe("RunControl", () => {
  it("passes results on while nothing has happened", async () => {
    expect(await new RunControl().until(Promise.resolve(5))).toBe(5);
  });

  it("rejects what is awaited with the first error, and everything afterwards", async () => {
    const control = new RunControl();
    const waits = [control.until(new Promise(() => {})), control.pause(3_600_000)];
    control.fail(new BenchError("first"));
    control.fail(new BenchError("second"));
    for (const wait of waits) await expect(wait).rejects.toThrow(/^first$/);
    await expect(control.until(Promise.resolve(1))).rejects.toThrow("first");
    await expect(control.pause(1)).rejects.toThrow("first");
  });

  it("ends the run with what a guarded timer throws", () => {
    const control = new RunControl();
    control.guard(() => {
      throw new BenchError("The server is gone.");
    });
    expect(control.signal.reason).toMatchObject({ message: "The server is gone." });
  });
});

describe("endOnSignals", () => {
  it("ends the run, not the process, and stops listening", async () => {
    const control = new RunControl();
    const before = process.listenerCount("SIGHUP");
    const stopListening = endOnSignals(control);
    const signalled = once(process, "SIGHUP");
    process.kill(process.pid, "SIGHUP");
    await signalled;
    expect(control.signal.reason).toMatchObject({ message: "Interrupted by SIGHUP: no report." });
    stopListening();
    expect(process.listenerCount("SIGHUP")).toBe(before);
  });
});
