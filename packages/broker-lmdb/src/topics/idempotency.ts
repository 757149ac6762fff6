import type { Position } from "@windlass/core";
import { emptyValue, idempotencyDueKey, idempotencyHashOf, idempotencyKey } from "../store/keys.ts";
import { seal, sealBytes, unseal } from "../store/sealed.ts";
import type { Records } from "../store/write-set.ts";
import type { Step } from "./step.ts";

/** Where the first publication with a key is, and until when the key counts. */
interface KnownKey {
  readonly expiresAtMs: number;
  readonly position: Position;
}

const version = 1;
const epochAt = 1 + 2 * 6;

/** The idempotency key of one publication. */
export class PublicationKey {
  readonly #hash: Buffer;

  constructor(topicHash: Buffer, key: string) {
    this.#hash = idempotencyHashOf(topicHash, key);
  }

  /** Where the first publication with this key is, while its window lasts. */
  firstPosition({ writes, nowMs }: Step): Position | undefined {
    const known = this.#read(writes);
    return known !== undefined && known.expiresAtMs > nowMs ? known.position : undefined;
  }

  /** Remembers where the first publication is. */
  remember({ writes, counters, nowMs }: Step, position: Position, windowMs: number): void {
    const key = idempotencyKey(this.#hash);
    const over = this.#read(writes);
    if (over === undefined) counters.idempotencyKeys += 1;
    else writes.remove(idempotencyDueKey(over.expiresAtMs, this.#hash));
    const expiresAtMs = nowMs + windowMs;
    writes.put(key, encode(key, { expiresAtMs, position }));
    writes.put(idempotencyDueKey(expiresAtMs, this.#hash), emptyValue);
  }

  #read(records: Records): KnownKey | undefined {
    const key = idempotencyKey(this.#hash);
    const stored = records.get(key);
    return stored && decode(key, stored);
  }
}

function encode(key: Buffer, { expiresAtMs, position: { epoch, offset } }: KnownKey): Buffer {
  const record = Buffer.alloc(epochAt + epoch.length + sealBytes);
  record[0] = version;
  record.writeUIntLE(expiresAtMs, 1, 6);
  record.writeUIntLE(offset, 7, 6);
  record.write(epoch, epochAt, "latin1");
  return seal(key, record);
}

function decode(key: Buffer, stored: Buffer): KnownKey {
  const record = unseal(key, stored, version);
  const epoch = record.toString("latin1", epochAt);
  const position = { epoch, offset: record.readUIntLE(7, 6) };
  return { expiresAtMs: record.readUIntLE(1, 6), position };
}
