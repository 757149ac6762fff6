import type { LogFields, Logger } from "../contract/logger.ts";
import { Inbox } from "./inbox.ts";

/** One line that was logged. */
export interface RecordedLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  /** The fields of the line and of the child loggers it came through. */
  readonly fields: LogFields;
}

/** A logger that keeps its lines, and those of its children, for a test to look at. */
export class RecordingLogger implements Logger {
  #inbox: Inbox<RecordedLine> = new Inbox();
  readonly #fields: LogFields;

  /** @param fields on every line. Default: none. */
  constructor(fields: LogFields = {}) {
    this.#fields = fields;
  }

  /** Every line so far, oldest first. */
  get lines(): readonly RecordedLine[] {
    return this.#inbox.all;
  }

  /** The oldest line of this level that no call has returned yet, now or when it is written. */
  next(level?: RecordedLine["level"]): Promise<RecordedLine> {
    return this.#inbox.next((line) => level === undefined || line.level === level);
  }

  debug(fields: LogFields, message: string): void {
    this.#write("debug", fields, message);
  }

  info(fields: LogFields, message: string): void {
    this.#write("info", fields, message);
  }

  warn(fields: LogFields, message: string): void {
    this.#write("warn", fields, message);
  }

  error(fields: LogFields, message: string): void {
    this.#write("error", fields, message);
  }

  child(fields: LogFields): Logger {
    const child = new RecordingLogger({ ...this.#fields, ...fields });
    child.#inbox = this.#inbox;
    return child;
  }

  #write(level: RecordedLine["level"], fields: LogFields, message: string): void {
    this.#inbox.push({ level, message, fields: { ...this.#fields, ...fields } });
  }
}
