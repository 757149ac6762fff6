import type { CaseOrder, CaseResult } from "../client/client-case.ts";

/** Where cases run. */
export interface ClientRuntime {
  /** Runs one case to its end; rejects when the runtime itself has failed. */
  run(order: CaseOrder): Promise<CaseResult>;
  close(): Promise<void>;
}
