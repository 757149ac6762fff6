import { crc32 } from "node:zlib";

/** A record is not as it was written. */
export class DamagedRecordError extends Error {}

/** How many bytes at the end of a record belong to its checksum. */
export const sealBytes = 4;

/**
 * Writes the checksum into the last four bytes of a record. It is one of the key, too, so that a record
 * that has got to another place is noticed.
 */
export function seal(key: Buffer, record: Buffer): Buffer {
  const end = record.length - sealBytes;
  record.writeUInt32LE(checksumOf(key, record.subarray(0, end)), end);
  return record;
}

/**
 * What is in a record without its checksum.
 *
 * @throws DamagedRecordError when the two do not belong together, or the version is not known.
 */
export function unseal(key: Buffer, record: Buffer, version: number): Buffer {
  const end = record.length - sealBytes;
  if (end < 1 || record.readUInt32LE(end) !== checksumOf(key, record.subarray(0, end))) {
    throw new DamagedRecordError("a record does not match its checksum");
  }
  if (record[0] !== version) {
    throw new DamagedRecordError(`a record has version ${record[0]}, not ${version}`);
  }
  return record.subarray(0, end);
}

function checksumOf(key: Buffer, record: Buffer): number {
  return crc32(record, crc32(key));
}
