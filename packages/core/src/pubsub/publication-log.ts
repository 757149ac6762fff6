import { randomBytes } from "node:crypto";
import type { HistoryGap, HistoryPage, HistoryQuery } from "../contract/broker.ts";
import type { HistoryPolicy, Position, Publication } from "../contract/publication.ts";

/** A publication that a log keeps; it always has a position. */
export interface KeptPublication extends Publication {
  readonly position: Position;
}

/** Stands where one was let go of. */
const gone: KeptPublication = { topic: "", data: "", position: { epoch: "", offset: 0 } };
/** Fewer places are not worth being given back. */
const minGone = 8;

/**
 * The history of one topic in memory. The newest policy counts, also for what was published before;
 * what an earlier one has let go of does not come back.
 *
 * Memory: at most 200 bytes for each publication, and its data and attributes. It is 150 as long as none
 * was let go of; the places of those that were are given back when they are as many as those in use.
 */
export class PublicationLog {
  /** 72 random bits: two of a topic are never the same. */
  readonly #epoch = randomBytes(9).toString("base64url");
  #offset = 0;
  /** What is kept, oldest first, from `#first` on. */
  #kept: KeptPublication[] = [];
  /** When each was published, at the same index. */
  #publishedAtMs: number[] = [];
  #first = 0;
  #ttlMs = 0;
  #forgetAtMs = 0;

  /** Where the topic stands. */
  get position(): Position {
    return { epoch: this.#epoch, offset: this.#offset };
  }

  /** How many publications are kept. */
  get length(): number {
    return this.#kept.length - this.#first;
  }

  /** When something has to be let go of next. */
  get dueAtMs(): number {
    const oldestAtMs = this.#publishedAtMs[this.#first];
    return oldestAtMs === undefined ? this.#forgetAtMs : oldestAtMs + this.#ttlMs;
  }

  /** Whether the position is not remembered any more. */
  isForgotten(nowMs: number): boolean {
    return this.#forgetAtMs <= nowMs;
  }

  /** Keeps a publication, which gets the next position. */
  append(publication: Publication, policy: HistoryPolicy, nowMs: number): KeptPublication {
    this.trim(nowMs);
    this.#offset += 1;
    const kept = keep(publication, Object.freeze(this.position));
    this.#kept.push(kept);
    this.#publishedAtMs.push(nowMs);
    this.#ttlMs = policy.ttlMs;
    this.#forgetAtMs = nowMs + policy.positionTtlMs;
    this.trim(nowMs);
    this.#drop(this.length - policy.size);
    return kept;
  }

  /** Lets go of what has expired. */
  trim(nowMs: number): void {
    const { length } = this.#kept;
    let first = this.#first;
    while (first < length && this.#expiresAtMs(first) <= nowMs) first += 1;
    this.#drop(first - this.#first);
  }

  /** A part of what is kept. */
  page({ since, limit, isReversed = false }: HistoryQuery, nowMs: number): HistoryPage {
    this.trim(nowMs);
    const { position, length } = this;
    const gap = since && this.#gapAfter(since);
    if (gap !== undefined) return { publications: [], position, gap };
    const oldest = this.#offset - length + 1;
    const skipped = since === undefined ? 0 : Math.max(0, since.offset + 1 - oldest);
    const count = Math.min(limit ?? length, length - skipped);
    const from = isReversed ? this.#kept.length - count : this.#first + skipped;
    const publications = this.#kept.slice(from, from + count);
    return { publications: isReversed ? publications.reverse() : publications, position };
  }

  #gapAfter({ epoch, offset }: Position): HistoryGap | undefined {
    if (epoch !== this.#epoch) return "epoch";
    if (offset > this.#offset) return "ahead";
    return offset < this.#offset - this.length ? "trimmed" : undefined;
  }

  #expiresAtMs(index: number): number {
    return (this.#publishedAtMs[index] ?? 0) + this.#ttlMs;
  }

  #drop(count: number): void {
    if (count <= 0) return;
    this.#kept.fill(gone, this.#first, this.#first + count);
    this.#first += count;
    // Moving the rest only when half of the places are unused costs one move for each publication.
    if (this.#first < minGone && this.length > 0) return;
    if (this.#first < this.length) return;
    this.#kept = this.#kept.slice(this.#first);
    this.#publishedAtMs = this.#publishedAtMs.slice(this.#first);
    this.#first = 0;
  }
}

/** Written out, as copies by spreading take twice the memory. */
function keep({ topic, data, attributes }: Publication, position: Position): KeptPublication {
  if (attributes === undefined) return Object.freeze({ topic, data, position });
  return Object.freeze({ topic, data, attributes, position });
}
