import { publicationKey } from "../store/keys.ts";
import { DamagedRecordError } from "../store/sealed.ts";
import type { Records } from "../store/write-set.ts";
import { publishedAtMsOf } from "./publication-record.ts";
import type { TopicRecord } from "./topic-record.ts";

/** What is left of a history at some time. */
export interface Kept {
  /** The lowest offset that has not expired; one above the last when all have. */
  readonly first: number;
  /** No publication that is kept is older than this. */
  readonly oldestAtMs: number;
}

/**
 * Finds what has not expired. Publications are in the order of their times, so those that have expired
 * are the oldest ones; most of the time the record of the topic alone says that there are none.
 *
 * @throws DamagedRecordError
 */
export function keptAt(records: Records, topic: TopicRecord, nowMs: number): Kept {
  const { first, last, oldestAtMs, ttlMs } = topic;
  if (first > last || oldestAtMs + ttlMs > nowMs) return { first, oldestAtMs };
  // The offsets before `low` have expired, those from `high` on have not.
  let [low, high] = [first, last + 1];
  let highAtMs = nowMs;
  // Mostly only a few have: the first steps are short.
  let stride = 1;
  while (low < high) {
    const middle = Math.min(low + stride - 1, Math.floor((low + high) / 2));
    const atMs = timeOf(records, topic.id, middle);
    if (atMs + ttlMs > nowMs) {
      high = middle;
      highAtMs = atMs;
      stride = Number.POSITIVE_INFINITY;
    } else {
      low = middle + 1;
      stride *= 2;
    }
  }
  return { first: low, oldestAtMs: highAtMs };
}

function timeOf(records: Records, topicId: number, offset: number): number {
  const key = publicationKey(topicId, offset);
  const record = records.get(key);
  if (record === undefined) throw new DamagedRecordError(`publication ${offset} is missing`);
  return publishedAtMsOf(key, record);
}
