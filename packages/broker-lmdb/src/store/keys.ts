import { hash } from "node:crypto";

/**
 * What the first byte of a key says. All records are in one tree, which keeps them in the order of their
 * keys: those of one kind, and the publications of one topic, stand together.
 */
const Kind = {
  marker: 0x00,
  counters: 0x01,
  topic: 0x10,
  publication: 0x20,
  idempotency: 0x30,
  topicDue: 0x40,
  idempotencyDue: 0x41,
  removed: 0x42,
} as const;

const hashBytes = 32;
/** Ids, offsets and times are whole numbers below 2^48. */
const numberBytes = 6;

/** Says whose file this is; the first key of a store. */
export const markerKey: Buffer = Buffer.of(Kind.marker);
export const countersKey: Buffer = Buffer.of(Kind.counters);

/**
 * LMDB takes keys of up to 1,978 bytes, none of them empty. A topic, whatever is in it and however long
 * it is, becomes its SHA-256; from UTF-16, which tells all strings apart, also those with lone surrogates.
 */
export function topicHashOf(topic: string): Buffer {
  return hash("sha256", Buffer.from(topic, "utf16le"), "buffer");
}

/** The hash before the key has a fixed length, so no two pairs have the same one. */
export function idempotencyHashOf(topicHash: Buffer, key: string): Buffer {
  return hash("sha256", Buffer.concat([topicHash, Buffer.from(key, "utf16le")]), "buffer");
}

export function topicKey(topicHash: Buffer): Buffer {
  return withHash(Kind.topic, topicHash);
}

export function idempotencyKey(idempotencyHash: Buffer): Buffer {
  return withHash(Kind.idempotency, idempotencyHash);
}

export function publicationKey(topicId: number, offset: number): Buffer {
  return withNumbers(Kind.publication, [topicId, offset]);
}

/** The offset in a key of {@link publicationKey}. */
export function offsetIn(key: Uint8Array): number {
  return asBuffer(key).readUIntBE(1 + numberBytes, numberBytes);
}

/** A topic of which something has to be let go of at this time. */
export function topicDueKey(dueAtMs: number, topicHash: Buffer): Buffer {
  return Buffer.concat([withNumbers(Kind.topicDue, [dueAtMs]), topicHash]);
}

/** An idempotency key whose window is over at this time. */
export function idempotencyDueKey(dueAtMs: number, idempotencyHash: Buffer): Buffer {
  return Buffer.concat([withNumbers(Kind.idempotencyDue, [dueAtMs]), idempotencyHash]);
}

/** The publications of a topic that is not remembered any more. */
export function removedKey(topicId: number): Buffer {
  return withNumbers(Kind.removed, [topicId]);
}

/** What stands in an index, where the key says everything. */
export const emptyValue: Buffer = Buffer.of(1);

/** Keys from `start` on, and before `end`. */
export interface KeyRange {
  readonly start: Buffer;
  readonly end: Buffer;
}

export function topicsDueUntil(nowMs: number): KeyRange {
  return { start: Buffer.of(Kind.topicDue), end: withNumbers(Kind.topicDue, [nowMs + 1]) };
}

export function idempotencyDueUntil(nowMs: number): KeyRange {
  const end = withNumbers(Kind.idempotencyDue, [nowMs + 1]);
  return { start: Buffer.of(Kind.idempotencyDue), end };
}

export const allIdempotencyDue: KeyRange = {
  start: Buffer.of(Kind.idempotencyDue),
  end: Buffer.of(Kind.idempotencyDue + 1),
};

export const allRemoved: KeyRange = {
  start: Buffer.of(Kind.removed),
  end: Buffer.of(Kind.removed + 1),
};

/** The time and the hash in a key of {@link topicDueKey} or {@link idempotencyDueKey}. */
export function dueIn(key: Uint8Array): { readonly dueAtMs: number; readonly hash: Buffer } {
  const bytes = asBuffer(key);
  const hashAt = 1 + numberBytes;
  return {
    dueAtMs: bytes.readUIntBE(1, numberBytes),
    hash: Buffer.from(bytes.subarray(hashAt, hashAt + hashBytes)),
  };
}

/** The id in a key of {@link removedKey}. */
export function topicIdIn(key: Uint8Array): number {
  return asBuffer(key).readUIntBE(1, numberBytes);
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function withHash(kind: number, hashed: Buffer): Buffer {
  const key = Buffer.allocUnsafe(1 + hashBytes);
  key[0] = kind;
  key.set(hashed, 1);
  return key;
}

function withNumbers(kind: number, numbers: readonly number[]): Buffer {
  const key = Buffer.allocUnsafe(1 + numbers.length * numberBytes);
  key[0] = kind;
  for (const [index, number] of numbers.entries()) {
    key.writeUIntBE(number, 1 + index * numberBytes, numberBytes);
  }
  return key;
}
