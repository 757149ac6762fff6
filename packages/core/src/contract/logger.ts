/** Structured fields of one log line: ids, names, numbers. Never payloads, tokens or cookies. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * The four levels Windlass writes, in pino's argument order; a pino logger is one without any
 * wrapping, and so is any object with these members.
 */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger that adds `fields` to every line it writes. */
  child(fields: LogFields): Logger;
  /**
   * Whether lines of a level are written at all, as pino has it. Without it every line is made and
   * handed over; with it, connections cost no log line unless somebody reads it.
   */
  isLevelEnabled?(level: string): boolean;
}

/**
 * The same logger, except that it never throws: logging is done where an exception would reach the
 * engine and end the process. A line that cannot be written is lost.
 */
export function neverThrowing(logger: Logger): Logger {
  const write =
    (level: "debug" | "info" | "warn" | "error") =>
    (fields: LogFields, message: string): void => {
      try {
        logger[level](fields, message);
      } catch {
        // The logger is what failed; there is nobody left to tell.
      }
    };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => {
      try {
        return neverThrowing(logger.child(fields));
      } catch {
        return silentLogger;
      }
    },
    isLevelEnabled: (level) => {
      try {
        return logger.isLevelEnabled?.(level) ?? true;
      } catch {
        return true;
      }
    },
  };
}

const ignore = (): void => {};

/** A logger that writes nothing. */
export const silentLogger: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  child: () => silentLogger,
  isLevelEnabled: () => false,
};
