import { countersKey } from "../store/keys.ts";
import { seal, sealBytes, unseal } from "../store/sealed.ts";
import type { Records, WriteSet } from "../store/write-set.ts";

/** What the store counts over all topics. */
export interface Counters {
  /** No topic has had this id yet. */
  nextTopicId: number;
  /** How many idempotency keys are remembered. */
  idempotencyKeys: number;
  /** When the store was last written to. */
  writtenAtMs: number;
}

const version = 1;
const bytes = 1 + 3 * 6 + sealBytes;

/** @throws DamagedRecordError */
export function readCounters(records: Records): Counters {
  const stored = records.get(countersKey);
  if (stored === undefined) return { nextTopicId: 1, idempotencyKeys: 0, writtenAtMs: 0 };
  const record = unseal(countersKey, stored, version);
  return {
    nextTopicId: record.readUIntLE(1, 6),
    idempotencyKeys: record.readUIntLE(7, 6),
    writtenAtMs: record.readUIntLE(13, 6),
  };
}

export function writeCounters(writes: WriteSet, counters: Counters): void {
  const record = Buffer.alloc(bytes);
  record[0] = version;
  record.writeUIntLE(counters.nextTopicId, 1, 6);
  record.writeUIntLE(counters.idempotencyKeys, 7, 6);
  record.writeUIntLE(counters.writtenAtMs, 13, 6);
  writes.put(countersKey, seal(countersKey, record));
}
