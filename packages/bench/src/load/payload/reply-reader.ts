import type { Adapter, Envelope, MessageFormat } from "../../contract/adapter.ts";
import { PUBLISHER_DIGITS, readDigits, sequenceDigits } from "./payload-content.ts";
import type { PayloadPool } from "./payload-pool.ts";

export interface ReplyReaderOptions {
  /** Where payloads lie in a reply; not consulted when `locate` is there. */
  readonly envelope: Envelope;
  readonly locate: Adapter["locate"];
  /** The payloads as they ought to come back. */
  readonly pool: PayloadPool;
  readonly namesPublisher: boolean;
}

/**
 * Tells replies from other messages and reads what they say. One reader serves all connections of a
 * topic: what it found in the last reply is in its fields until the next `accept`.
 */
export class ReplyReader {
  /** What the payload says it is; -1 when that cannot be read. */
  sequence = -1;
  publisher = 0;
  /** Whether the length is right, and the content as far as it was looked at. */
  intact = false;
  readonly #isBinary: boolean;
  readonly #before: Buffer;
  readonly #after: Buffer;
  readonly #locate: Adapter["locate"];
  readonly #messageBytes: number;
  readonly #publisherDigits: number;
  readonly #sequenceDigits: number;
  readonly #pool: PayloadPool;
  readonly #payloads: (Buffer | undefined)[] = [];

  constructor({ envelope, locate, pool, namesPublisher }: ReplyReaderOptions) {
    this.#isBinary = envelope.format === "binary";
    this.#before = Buffer.from(envelope.before);
    this.#after = Buffer.from(envelope.after);
    this.#locate = locate;
    this.#pool = pool;
    this.#messageBytes = pool.messageBytes;
    this.#publisherDigits = namesPublisher ? PUBLISHER_DIGITS : 0;
    this.#sequenceDigits = sequenceDigits(pool.messageBytes, this.#publisherDigits);
  }

  /** Whether the message is a reply. `isWhole` asks for its content to be compared as well. */
  accept(bytes: Buffer, start: number, end: number, isBinary: boolean, isWhole: boolean): boolean {
    if (this.#locate !== undefined) {
      const format: MessageFormat = isBinary ? "binary" : "text";
      const offset = this.#locate(bytes.subarray(start, end), format);
      if (offset < 0) return false;
      this.#readPayload(bytes, start + offset, end, isWhole);
      return true;
    }
    const before = this.#before;
    if (isBinary !== this.#isBinary || !holds(bytes, start, end, before)) return false;
    const payload = start + before.length;
    const after = this.#after;
    this.#readPayload(bytes, payload, end, isWhole);
    const isOfLength = end === payload + this.#messageBytes + after.length;
    if (!isOfLength || !holds(bytes, end - after.length, end, after)) this.intact = false;
    // Nothing around it, no number and not the length: some other message, not a broken reply.
    return this.sequence >= 0 || isOfLength || before.length > 0;
  }

  #readPayload(bytes: Buffer, start: number, end: number, isWhole: boolean): void {
    const publisherDigits = this.#publisherDigits;
    const digits = start + publisherDigits;
    const filler = digits + this.#sequenceDigits;
    this.sequence = -1;
    this.intact = start + this.#messageBytes <= end;
    if (filler > end) return;
    this.publisher = publisherDigits === 0 ? 0 : readDigits(bytes, start, publisherDigits);
    const sequence = readDigits(bytes, digits, this.#sequenceDigits);
    if (sequence < 0 || sequence >= this.#pool.size || this.publisher < 0) {
      this.intact = false;
      return;
    }
    this.sequence = sequence;
    if (!isWhole || !this.intact) return;
    const wanted = this.#payload(sequence);
    const from = filler - start;
    const seenEnd = start + this.#messageBytes;
    this.intact = bytes.compare(wanted, from, wanted.length, filler, seenEnd) === 0;
  }

  /** Made when first asked for: only some replies are compared whole, and not by all scenarios. */
  #payload(sequence: number): Buffer {
    const known = this.#payloads[sequence];
    if (known !== undefined) return known;
    const payload = this.#pool.payload(sequence);
    this.#payloads[sequence] = payload;
    return payload;
  }
}

function holds(bytes: Buffer, start: number, end: number, wanted: Buffer): boolean {
  if (start + wanted.length > end) return false;
  for (let index = 0; index < wanted.length; index += 1) {
    if (bytes[start + index] !== wanted[index]) return false;
  }
  return true;
}
