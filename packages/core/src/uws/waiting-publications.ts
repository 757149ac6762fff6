import type { SlowConsumerCounts } from "../contract/transport.ts";
import type { Payload } from "./payload.ts";

/** A publication that waits for a connection to read. */
export interface WaitingPublication {
  readonly topic: string;
  readonly payload: Payload;
  readonly isBinary: boolean;
  readonly compress: boolean;
  readonly byteLength: number;
}

/**
 * What waits for one slow connection, oldest first. Of a key only the newest waits, at the place of
 * the newest: offsets of a topic never go back.
 */
export class WaitingPublications {
  readonly #counts: SlowConsumerCounts;
  readonly #maxBytes: number;
  readonly #entries = new Map<string | number, WaitingPublication>();
  #bytes = 0;
  #serial = 0;

  constructor(maxBytes: number, counts: SlowConsumerCounts) {
    this.#maxBytes = maxBytes;
    this.#counts = counts;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @param key what it is about; without one it replaces nothing */
  add(publication: WaitingPublication, key: string | undefined): void {
    this.#serial += 1;
    const name = key ?? this.#serial;
    if (this.#remove(name)) this.#counts.conflated += 1;
    this.#entries.set(name, publication);
    this.#bytes += weightOf(publication);
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#remove(oldest);
      this.#counts.droppedOldest += 1;
    }
  }

  /** The connection does not want this topic any more. */
  dropTopic(topic: string): void {
    for (const [name, publication] of this.#entries) {
      if (publication.topic === topic) this.#remove(name);
    }
  }

  /** Takes the oldest. */
  shift(): WaitingPublication | undefined {
    for (const [name, publication] of this.#entries) {
      this.#remove(name);
      return publication;
    }
    return undefined;
  }

  #remove(name: string | number): boolean {
    const known = this.#entries.get(name);
    if (known === undefined) return false;
    this.#bytes -= weightOf(known);
    return this.#entries.delete(name);
  }
}

/** About what an entry takes besides its payload: empty ones take memory, too. */
const entryBytes = 64;

function weightOf({ byteLength }: WaitingPublication): number {
  return byteLength + entryBytes;
}
