import type { Sender } from "./sending-loop.ts";

/** Notes what it is told to send. */
export class FakeSender implements Sender {
  canSend = true;
  outstanding = 0;
  readonly capacity = 8;
  movedAt = 0;
  skipped = 0;
  readonly writes: number[] = [];
  /** When each message was due. */
  readonly dueAt: number[] = [];

  send(count: number, at: number, intervalMs: number): void {
    this.outstanding += count;
    this.writes.push(count);
    for (let index = 0; index < count; index += 1) this.dueAt.push(at + index * intervalMs);
  }

  skip(count: number): void {
    this.skipped += count;
  }

  giveUp(): void {
    this.outstanding = 0;
  }
}
