import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { LoopUtilization } from "./loop-utilization.ts";

function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe("LoopUtilization", () => {
  it("is high for a loop that computes and low for one that waits", async () => {
    const utilization = new LoopUtilization();
    // The loop notes its times when it turns.
    await wait(1);
    utilization.restart();
    spin(60);
    await wait(1);
    const busy = utilization.read();
    utilization.restart();
    await wait(60);
    const idle = utilization.read();
    expect(busy).toBeGreaterThan(0.6);
    expect(idle).toBeLessThan(busy / 2);
    expect(idle).toBeGreaterThanOrEqual(0);
  });
});
