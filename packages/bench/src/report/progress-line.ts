import { formatCount, formatMs, formatUs } from "./format.ts";
import type { RunPhase, RunProgress } from "./run-events.ts";

const WIDEST_BAR = 24;
const NARROWEST_BAR = 8;

/** `measuring  4 s of 10 s  123,456/s  p99 1.23 ms  100 open  0 faults`; less important parts last. */
export function progressParts(phase: RunPhase, progress: RunProgress): readonly string[] {
  const { seconds, ofSeconds, messagesPerSecond, p99Us, faults, open } = progress;
  const elapsed = formatMs(Math.floor(seconds) * 1_000 || Math.round(seconds * 10) * 100);
  return [
    phase,
    ofSeconds > 0 ? `${elapsed} of ${formatMs(ofSeconds * 1_000)}` : elapsed,
    `${formatCount(messagesPerSecond)}/s`,
    `${formatCount(faults)} ${faults === 1 ? "fault" : "faults"}`,
    ...(p99Us === null ? [] : [`p99 ${formatUs(p99Us)}`]),
    `${formatCount(open)} open`,
  ];
}

/** The same on one line with a bar in front, no longer than `width`: what does not fit is left out. */
export function progressBarLine(phase: RunPhase, progress: RunProgress, width: number): string {
  const parts = progressParts(phase, progress);
  const whole = joinWithin(parts, width);
  const brief = joinWithin(parts.slice(0, -1), width);
  for (const line of [whole, brief]) {
    // Brackets and a space take three.
    const barWidth = Math.min(WIDEST_BAR, width - line.length - 3);
    if (progress.ofSeconds > 0 && barWidth >= NARROWEST_BAR) {
      return `${progressBar(progress, barWidth)} ${line}`;
    }
  }
  return whole;
}

function joinWithin(parts: readonly string[], width: number): string {
  let line = (parts[0] ?? "").slice(0, Math.max(0, width));
  for (const part of parts.slice(1)) {
    if (line.length + 2 + part.length > width) break;
    line += `  ${part}`;
  }
  return line;
}

function progressBar({ seconds, ofSeconds }: RunProgress, width: number): string {
  const done = Math.round(Math.min(1, Math.max(0, seconds / ofSeconds)) * width);
  return `[${"#".repeat(done)}${"-".repeat(width - done)}]`;
}
