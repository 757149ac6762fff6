import { describe, expect, it } from "vitest";
import { createProgressDisplay } from "./progress-display.ts";
import { progressBarLine } from "./progress-line.ts";
import type { RunProgress } from "./run-events.ts";

const progress: RunProgress = {
  seconds: 5,
  ofSeconds: 10,
  messagesPerSecond: 123_456,
  open: 100,
  faults: 0,
  p50Us: 80,
  p99Us: 1_230,
};

function recorder(isTTY: boolean, columns = 120) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

describe("progressBarLine", () => {
  it("shows bar, elapsed, rate, faults and p99 on one line", () => {
    expect(progressBarLine("measuring", progress, 120)).toBe(
      "[############------------] measuring  5 s of 10 s  123,456/s  0 faults  p99 1.23 ms  100 open",
    );
  });

  it("shortens the bar and leaves the number of connections out before the figures", () => {
    expect(progressBarLine("measuring", progress, 75)).toBe(
      "[########--------] measuring  5 s of 10 s  123,456/s  0 faults  p99 1.23 ms",
    );
  });

  it.each([79, 60, 40, 20, 5, 0])("fits into %d columns", (width) => {
    const line = progressBarLine("measuring", progress, width);
    expect(line.length).toBeLessThanOrEqual(width);
    expect("measuring").toContain(line.split("  ")[0]?.replace(/^\[.*\] /, "") ?? "");
  });

  it("has no bar when the end is not known", () => {
    const line = progressBarLine("measuring", { ...progress, ofSeconds: 0, p99Us: null }, 120);
    expect(line).toBe("measuring  5 s  123,456/s  0 faults  100 open");
  });
});

describe("createProgressDisplay", () => {
  it("rewrites one line of a terminal, within its width, and clears it", () => {
    const output = recorder(true, 50);
    const display = createProgressDisplay(output);
    display.phase("measuring");
    display.progress(progress);
    display.end();
    expect(output.written).toHaveLength(3);
    for (const text of output.written) {
      expect(text.startsWith("\r\u001b[2K")).toBe(true);
      expect(text).not.toContain("\n");
      expect(text.length - "\r\u001b[2K".length).toBeLessThan(50);
    }
    expect(output.written.at(-1)).toBe("\r\u001b[2K");
  });

  it("writes plain lines elsewhere, one a second at most", () => {
    const output = recorder(false);
    const display = createProgressDisplay(output);
    display.phase("measuring");
    for (let seconds = 0.5; seconds <= 4; seconds += 0.5)
      display.progress({ ...progress, seconds });
    display.end();
    expect(output.written).toHaveLength(1 + 4);
    expect(output.written[1]).toBe(
      "measuring  1 s of 10 s  123,456/s  0 faults  p99 1.23 ms  100 open\n",
    );
    expect(output.written.join("")).not.toContain("\u001b");
  });

  it("writes ever fewer lines in a long run", () => {
    const output = recorder(false);
    const display = createProgressDisplay(output);
    for (let seconds = 1; seconds <= 86_400; seconds += 1)
      display.progress({ ...progress, seconds });
    expect(output.written.length).toBeLessThan(500);
  });
});
