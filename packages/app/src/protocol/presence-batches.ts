import type { Clock, PresenceChange } from "@windlass/core";
import type { PresenceChangeFrame, PresentMember } from "@windlass/protocol";

/** Changes of one topic that were not told yet, by member. */
type Batch = Map<string, PresenceChange>;

/** How fast changes are told. */
export interface BatchLimits {
  /** Milliseconds between two frames of a topic. */
  readonly everyMs: number;
  /** Changes in one frame at most; the others wait for the next one. */
  readonly maxChanges: number;
}

/**
 * Collects who comes and goes, so that a storm of changes is a few frames. Of a member that changes
 * several times meanwhile only the last change is told.
 */
export class PresenceBatches {
  readonly #limits: BatchLimits;
  readonly #clock: Clock;
  readonly #tell: (frame: PresenceChangeFrame) => void;
  readonly #batches = new Map<string, Batch>();
  #stopTimer: (() => void) | undefined;

  constructor(limits: BatchLimits, clock: Clock, tell: (frame: PresenceChangeFrame) => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#tell = tell;
  }

  add(change: PresenceChange): void {
    const batch = this.#batches.get(change.topic) ?? new Map<string, PresenceChange>();
    this.#batches.set(change.topic, batch);
    // Nobody was told that it had come, and nobody needs to.
    if (change.kind === "leave" && batch.get(change.memberId)?.kind === "join") {
      batch.delete(change.memberId);
      return;
    }
    // At the end, so that changes are told in the order in which they were last made.
    batch.delete(change.memberId);
    batch.set(change.memberId, change);
    this.#stopTimer ??= this.#clock.after(this.#limits.everyMs, () => this.#flush());
  }

  #flush(): void {
    this.#stopTimer = undefined;
    for (const [topic, batch] of this.#batches) {
      this.#tell(frameOf(topic, takeFirst(batch, this.#limits.maxChanges)));
      if (batch.size === 0) this.#batches.delete(topic);
    }
    if (this.#batches.size > 0) {
      this.#stopTimer = this.#clock.after(this.#limits.everyMs, () => this.#flush());
    }
  }
}

function takeFirst(batch: Batch, count: number): readonly PresenceChange[] {
  const taken: PresenceChange[] = [];
  for (const [memberId, change] of batch) {
    if (taken.length === count) break;
    taken.push(change);
    batch.delete(memberId);
  }
  return taken;
}

function frameOf(topic: string, changes: readonly PresenceChange[]): PresenceChangeFrame {
  const joined: PresentMember[] = [];
  const left: string[] = [];
  for (const { kind, memberId: id, data } of changes) {
    if (kind === "leave") left.push(id);
    else joined.push(data === undefined ? { id } : { id, data });
  }
  return {
    type: "presence",
    topic,
    ...(joined.length > 0 && { joined }),
    ...(left.length > 0 && { left }),
  };
}
