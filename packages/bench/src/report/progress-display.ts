import { progressBarLine, progressParts } from "./progress-line.ts";
import type { RunEvents, RunPhase, RunProgress } from "./run-events.ts";

/** Where progress is written, such as `process.stderr`. */
export interface ProgressOutput {
  write(text: string): unknown;
  /** A terminal gets one line that changes, everything else a line now and then. */
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal. Default: 80. */
  readonly columns?: number | undefined;
}

/** Shows a run to somebody who waits for it. */
export interface ProgressDisplay extends Required<RunEvents> {
  /** Clears the changing line; nothing is written afterwards. */
  end(): void;
}

/** Lines for logs come no faster than this, and ever slower: a soak of a day must not fill a disk. */
const FIRST_LINE_SECONDS = 1;
const LINES_BEFORE_SLOWER = 30;

/** For a terminal a bar on one line, otherwise plain lines. */
export function createProgressDisplay(output: ProgressOutput): ProgressDisplay {
  return output.isTTY === true ? new BarDisplay(output) : new LineDisplay(output);
}

const ERASE_LINE = "\r\u001b[2K";

class BarDisplay implements ProgressDisplay {
  readonly #output: ProgressOutput;
  #phase: RunPhase = "connecting";

  constructor(output: ProgressOutput) {
    this.#output = output;
  }

  phase(phase: RunPhase): void {
    this.#phase = phase;
    this.#show(phase);
  }

  progress(progress: RunProgress): void {
    this.#show(progressBarLine(this.#phase, progress, this.#width()));
  }

  end(): void {
    this.#output.write(ERASE_LINE);
  }

  #show(line: string): void {
    this.#output.write(`${ERASE_LINE}${line}`);
  }

  /** A terminal that writes into its last column may scroll. */
  #width(): number {
    return (this.#output.columns ?? 80) - 1;
  }
}

class LineDisplay implements ProgressDisplay {
  readonly #output: ProgressOutput;
  #phase: RunPhase = "connecting";
  #nextAtSeconds = FIRST_LINE_SECONDS;
  #intervalSeconds = FIRST_LINE_SECONDS;
  #lines = 0;

  constructor(output: ProgressOutput) {
    this.#output = output;
  }

  phase(phase: RunPhase): void {
    this.#phase = phase;
    this.#lines = 0;
    this.#intervalSeconds = FIRST_LINE_SECONDS;
    this.#nextAtSeconds = FIRST_LINE_SECONDS;
    this.#output.write(`${phase}\n`);
  }

  progress(progress: RunProgress): void {
    if (progress.seconds < this.#nextAtSeconds) return;
    this.#output.write(`${progressParts(this.#phase, progress).join("  ")}\n`);
    this.#lines += 1;
    if (this.#lines % LINES_BEFORE_SLOWER === 0) this.#intervalSeconds *= 2;
    this.#nextAtSeconds = progress.seconds + this.#intervalSeconds;
  }

  end(): void {
    // Every line is complete.
  }
}
