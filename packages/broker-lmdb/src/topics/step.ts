import type { Room } from "../store/room.ts";
import type { WriteSet } from "../store/write-set.ts";
import type { Counters } from "./counters.ts";

/** What everything that happens in one transaction has in common. */
export interface Step {
  readonly writes: WriteSet;
  readonly counters: Counters;
  readonly room: Room;
  /** Milliseconds since 1970, the same for the whole transaction. */
  readonly nowMs: number;
}

/** When the action throws, the transaction is as it was before it. */
export function attempt({ writes, counters }: Step, action: () => void): void {
  const before = { ...counters };
  try {
    writes.attempt(action);
  } catch (error) {
    Object.assign(counters, before);
    throw error;
  }
}
