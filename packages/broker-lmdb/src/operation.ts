import type { Step } from "./topics/step.ts";

/** Something that a broker was asked for, waiting for its turn. All of one topic happen in order. */
export interface Operation {
  readonly topic: string;
  /** About how much memory it takes while it waits, in bytes. */
  readonly bytes: number;
  /** Does its part in a transaction. When it throws, that is its outcome, and it has done nothing. */
  apply(step: Step): void;
  /** The transaction is on the disk. Must not throw. */
  succeed(): void;
  /** It has not happened, as far as is known. Must not throw. */
  fail(error: Error): void;
}
