import { constants } from "node:os";
import type { CloseOptions } from "./app-options.ts";

/** What is closed: an App, or anything that closes like one. */
export interface Closable {
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Closes the app gracefully on SIGINT and SIGTERM and then ends the process with 0. A second
 * signal ends it at once with 128 + the signal's number. Returns a function that takes the handlers away.
 */
export function closeOnSignals(app: Closable, options: CloseOptions = {}): () => void {
  const signals = ["SIGINT", "SIGTERM"] as const;
  let isClosing = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isClosing) process.exit(128 + constants.signals[signal]);
    isClosing = true;
    app.close(options).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}
