import type { ConnectionCounts } from "../contract/report.ts";
import type { Progress, WorkerResult } from "../contract/worker-messages.ts";

/** What one worker process does; driven by the messages in contract/worker-messages.ts. */
export interface Scenario {
  /** Opens the connections and resolves when all attempts are over. `connect`: at once. */
  open(): Promise<void>;
  /** How the connections fared so far. */
  connections(): ConnectionCounts;
  /** Load starts; nothing counts yet. */
  warmUp(): void;
  /** From now on it counts. */
  measure(): void;
  /** Sends no more, waits for the replies still due and reports. Not for `connect`, `reconnect`. */
  stop(): Promise<WorkerResult>;
  /** `connect`, `reconnect`: they end by themselves. */
  readonly finished?: Promise<WorkerResult>;
  /** Whether what was opened is held after `finished`, until `release`: `connect`. */
  readonly holds?: boolean;
  /** Closes all connections. */
  release(): Promise<void>;
  /** What happened since the last call. */
  takeProgress(): Progress;
}
