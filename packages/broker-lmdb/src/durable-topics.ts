import type { Clock, HistoryPage, HistoryQuery, Position } from "@windlass/core";
import type { Committer } from "./group-commit.ts";
import { markerKey, topicHashOf } from "./store/keys.ts";
import { type OpenOptions, type OpenStore, openStore } from "./store/open-store.ts";
import { Room, type StoreSize, sizeOf } from "./store/room.ts";
import { WriteSet } from "./store/write-set.ts";
import { readCounters, writeCounters } from "./topics/counters.ts";
import { readHistory, recordsOf } from "./topics/read-history.ts";
import type { Step } from "./topics/step.ts";
import { findTopic } from "./topics/topic-log.ts";

/** Records that a store has from the beginning: its marker and, once it was written to, its counters. */
const ownRecords = 2;

/** A store that cannot be used any more since a write to it has failed. */
export class BrokenStoreError extends Error {}

/** The topics in a store that is open. */
export class DurableTopics implements Committer {
  readonly #store: OpenStore;
  readonly #options: OpenOptions;
  readonly #clock: Clock;
  /** What the clock is behind the time since 1970, which has to outlive the process. */
  readonly #offsetMs: number;
  #broken: BrokenStoreError | undefined;
  #idempotencyKeys = 0;

  private constructor(store: OpenStore, options: OpenOptions, clock: Clock) {
    this.#store = store;
    this.#options = options;
    this.#clock = clock;
    // A machine whose clock was set back, or is not set yet, must not go back behind what is stored.
    const { writtenAtMs } = readCounters(recordsOf(store.tree));
    this.#offsetMs = Math.max(Date.now(), writtenAtMs) - clock.now();
  }

  /** @throws StoreProblem, or what Node or LMDB throws, when the store cannot be opened. */
  static async open(options: OpenOptions, clock: Clock): Promise<DurableTopics> {
    const store = await openStore(options);
    try {
      return new DurableTopics(store, options, clock);
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  get size(): StoreSize {
    const size = sizeOf(this.#store.tree);
    return { ...size, records: Math.max(0, size.records - ownRecords) };
  }

  /** How many idempotency keys are remembered since the last transaction. */
  get idempotencyKeys(): number {
    return this.#idempotencyKeys;
  }

  begin(): Step {
    this.#assertUsable();
    const { tree } = this.#store;
    const writes = new WriteSet(tree);
    const { path, maxBytes } = this.#options;
    const room = new Room(tree, path, maxBytes);
    return { writes, counters: readCounters(writes), room, nowMs: this.#nowMs };
  }

  async commit({ writes, counters, nowMs }: Step): Promise<void> {
    if (writes.isEmpty) return;
    writeCounters(writes, { ...counters, writtenAtMs: nowMs });
    this.#idempotencyKeys = counters.idempotencyKeys;
    try {
      await writes.commit();
    } catch (error) {
      this.#checkAfter(error);
      throw error;
    }
  }

  /** Where a topic stands on the disk. */
  position(topic: string): Position | undefined {
    this.#assertUsable();
    const found = findTopic(recordsOf(this.#store.tree), topicHashOf(topic), this.#nowMs);
    return found && { epoch: found.epoch, offset: found.last };
  }

  /** @param assertOpen throws when the store was closed while it was being read. */
  async history(topic: string, query: HistoryQuery, assertOpen: () => void): Promise<HistoryPage> {
    this.#assertUsable();
    return await readHistory(this.#store.tree, topic, query, this.#nowMs, assertOpen);
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  get #nowMs(): number {
    return Math.floor(this.#clock.now() + this.#offsetMs);
  }

  /** A full disk is harmless; when the header could not be written, LMDB refuses everything from then on. */
  #checkAfter(error: unknown): void {
    try {
      if (recordsOf(this.#store.tree).get(markerKey) !== undefined) return;
    } catch {
      // Told by the error below.
    }
    this.#broken = new BrokenStoreError("an earlier write to its disk has failed", {
      cause: error,
    });
  }

  #assertUsable(): void {
    if (this.#broken !== undefined) throw this.#broken;
  }
}
