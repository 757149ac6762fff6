import { seal, sealBytes, unseal } from "../store/sealed.ts";

/** What the store knows of a topic besides its publications. */
export interface TopicRecord {
  /** Publications are stored by this number; no other topic, and no other epoch, has had it. */
  readonly id: number;
  readonly epoch: string;
  /** The offset of the last publication. */
  readonly last: number;
  /** The lowest offset that is kept; above `last` when none is. Older ones are not answered. */
  readonly first: number;
  /** The lowest offset that is still in the store: what is below `first` is removed bit by bit. */
  readonly stored: number;
  /** No publication that is kept is older than this. */
  readonly oldestAtMs: number;
  /** For how long each is kept: as the last publication had it. */
  readonly ttlMs: number;
  /** When the position is not remembered any more. */
  readonly forgetAtMs: number;
  /** At this time the topic stands in the index of what is due. */
  readonly dueAtMs: number;
}

/** Whole numbers below 2^48, in this order. */
const numberFields = [
  "id",
  "last",
  "first",
  "stored",
  "oldestAtMs",
  "ttlMs",
  "forgetAtMs",
  "dueAtMs",
] as const satisfies readonly (keyof TopicRecord)[];

const version = 1;
const numberBytes = 6;
const epochAt = 1 + numberFields.length * numberBytes;

export function encodeTopic(key: Buffer, topic: TopicRecord): Buffer {
  const record = Buffer.alloc(epochAt + topic.epoch.length + sealBytes);
  record[0] = version;
  for (const [index, field] of numberFields.entries()) {
    record.writeUIntLE(topic[field], 1 + index * numberBytes, numberBytes);
  }
  record.write(topic.epoch, epochAt, "latin1");
  return seal(key, record);
}

/** @throws DamagedRecordError */
export function decodeTopic(key: Buffer, stored: Buffer): TopicRecord {
  const record = unseal(key, stored, version);
  const at = (index: number) => record.readUIntLE(1 + index * numberBytes, numberBytes);
  return {
    id: at(0),
    last: at(1),
    first: at(2),
    stored: at(3),
    oldestAtMs: at(4),
    ttlMs: at(5),
    forgetAtMs: at(6),
    dueAtMs: at(7),
    epoch: record.toString("latin1", epochAt),
  };
}
