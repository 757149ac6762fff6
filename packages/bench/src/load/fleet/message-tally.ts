import type { MessageCounts } from "../../contract/report.ts";

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
    Object.assign(this, new MessageTally());
  }

  get faults(): number {
    const { missing, duplicated, outOfOrder, corrupted, unexpected } = this;
    return missing + duplicated + outOfOrder + corrupted + unexpected;
  }

  /** For scenarios in which each request asks for one reply. */
  counts(): MessageCounts {
    return { ...this, expected: this.requests };
  }
}
