import { BenchError } from "../contract/bench-error.ts";
import type { RunControl } from "./run-control.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Ends the run in order when this process is asked to end, so that neither workers nor a spawned
 * server stay behind. Returns the function that takes the listeners away.
 */
export function endOnSignals(control: RunControl): () => void {
  const listeners = SIGNALS.map((signal) => {
    const listener = (): void =>
      control.fail(new BenchError(`Interrupted by ${signal}: no report.`));
    process.on(signal, listener);
    return [signal, listener] as const;
  });
  return () => {
    for (const [signal, listener] of listeners) process.removeListener(signal, listener);
  };
}
