import type { MessageCounts } from "../contract/report.ts";

/** The counters of `MessageCounts` while they rise; one for all connections of a worker. */
export class MessageTally {
  requests = 0;
  replies = 0;
  missing = 0;
  duplicated = 0;
  outOfOrder = 0;
  corrupted = 0;
  unexpected = 0;
  unsent = 0;

  reset(): void {
    this.requests = 0;
    this.replies = 0;
    this.missing = 0;
    this.duplicated = 0;
    this.outOfOrder = 0;
    this.corrupted = 0;
    this.unexpected = 0;
    this.unsent = 0;
  }

  get faults(): number {
    const { missing, duplicated, outOfOrder, corrupted, unexpected } = this;
    return missing + duplicated + outOfOrder + corrupted + unexpected;
  }

  /** For scenarios in which each request asks for one reply. */
  counts(): MessageCounts {
    const { requests, replies, missing, duplicated, outOfOrder, corrupted } = this;
    const { unexpected, unsent } = this;
    return {
      requests,
      expected: requests,
      replies,
      missing,
      duplicated,
      outOfOrder,
      corrupted,
      unexpected,
      unsent,
    };
  }
}
