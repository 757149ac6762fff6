import { seal, sealBytes, unseal } from "../store/sealed.ts";

/** Publications that nobody can ask for any more: the offsets that are still in the store. */
export interface RemovedRange {
  readonly stored: number;
  readonly last: number;
}

const version = 1;

export function encodeRemoved(key: Buffer, { stored, last }: RemovedRange): Buffer {
  const record = Buffer.alloc(1 + 2 * 6 + sealBytes);
  record[0] = version;
  record.writeUIntLE(stored, 1, 6);
  record.writeUIntLE(last, 7, 6);
  return seal(key, record);
}

/** @throws DamagedRecordError */
export function decodeRemoved(key: Buffer, bytes: Buffer): RemovedRange {
  const record = unseal(key, bytes, version);
  return { stored: record.readUIntLE(1, 6), last: record.readUIntLE(7, 6) };
}
