import type { LogFields, Logger } from "@windlass/core";

/** One line that was logged. */
export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly [field: string]: unknown;
}

/** A logger whose lines a test can read and wait for. */
export class MemoryLogger implements Logger {
  readonly lines: LogLine[];
  readonly #fields: LogFields;
  readonly #waiting: Set<() => void>;

  constructor(
    lines: LogLine[] = [],
    fields: LogFields = {},
    waiting: Set<() => void> = new Set<() => void>(),
  ) {
    this.lines = lines;
    this.#fields = fields;
    this.#waiting = waiting;
  }

  debug = (fields: LogFields, message: string): void => this.#write("debug", fields, message);
  info = (fields: LogFields, message: string): void => this.#write("info", fields, message);
  warn = (fields: LogFields, message: string): void => this.#write("warn", fields, message);
  error = (fields: LogFields, message: string): void => this.#write("error", fields, message);

  child(fields: LogFields): Logger {
    return new MemoryLogger(this.lines, { ...this.#fields, ...fields }, this.#waiting);
  }

  /** The lines about refused handshakes and requests. */
  get refusals(): readonly LogLine[] {
    return this.lines.filter((line) => line.message === "request refused");
  }

  /** The first line that fits, now or when it is written. */
  async find(fits: (line: LogLine) => boolean): Promise<LogLine> {
    for (;;) {
      const line = this.lines.find(fits);
      if (line !== undefined) return line;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #write(level: LogLine["level"], fields: LogFields, message: string): void {
    this.lines.push({ ...this.#fields, ...fields, level, message });
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
