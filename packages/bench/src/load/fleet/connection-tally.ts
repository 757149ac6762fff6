import type { ConnectionCounts } from "../../contract/report.ts";
import type { EndReason } from "../end-reason.ts";

const MAX_REASONS = 50;
const OTHER = "other reasons";

/** How the connections of a worker fare. */
export class ConnectionTally {
  #attempted = 0;
  #opened = 0;
  #failures = 0;
  #losses = 0;
  readonly #failed = new Map<EndReason, number>();
  readonly #lost = new Map<EndReason, number>();

  attempt(count = 1): void {
    this.#attempted += count;
  }

  opened(): void {
    this.#opened += 1;
  }

  failed(reason: EndReason): void {
    this.#failures += 1;
    add(this.#failed, reason);
  }

  /** Closed while it was needed. */
  lost(reason: EndReason): void {
    this.#losses += 1;
    add(this.#lost, reason);
  }

  get faults(): number {
    return this.#failures + this.#losses;
  }

  /** Attempts that are over, and those of them that came to something. */
  get settled(): { readonly requests: number; readonly replies: number } {
    return { requests: this.#opened + this.#failures, replies: this.#opened };
  }

  /** Begins anew, but does not forget what went wrong. */
  restart(): void {
    this.#attempted = this.#failures;
    this.#opened = 0;
  }

  counts(): ConnectionCounts {
    return {
      attempted: this.#attempted,
      opened: this.#opened,
      failed: Object.fromEntries(this.#failed),
      lost: Object.fromEntries(this.#lost),
    };
  }
}

/** A server that puts an id into every close reason must not fill the memory. */
function add(counts: Map<EndReason, number>, reason: EndReason): void {
  const key = counts.has(reason) || counts.size < MAX_REASONS ? reason : OTHER;
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
