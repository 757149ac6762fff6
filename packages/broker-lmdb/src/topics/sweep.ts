import {
  allIdempotencyDue,
  allRemoved,
  dueIn,
  idempotencyDueUntil,
  idempotencyKey,
  publicationKey,
  removedKey,
  topicIdIn,
  topicKey,
  topicsDueUntil,
} from "../store/keys.ts";
import { keptAt } from "./kept-publications.ts";
import { decodeRemoved, encodeRemoved } from "./removed-record.ts";
import type { Step } from "./step.ts";
import { removeBelowFirst, removeTopic, saveTopic } from "./topic-log.ts";
import { decodeTopic } from "./topic-record.ts";

/** How much one sweep does at most: topics and keys that it looks at, and publications that it removes. */
const budget = 1_000;

/** What a sweep has done. */
export interface Sweep {
  /** Whether more is left for another one. */
  readonly isUnfinished: boolean;
  /** How many idempotency keys were forgotten before their window was over. */
  readonly evicted: number;
}

/**
 * Removes what is over: expired publications, topics, idempotency keys, and what was left of forgotten
 * topics. It looks only at what the indexes say is due.
 */
export function sweep(step: Step, maxIdempotencyKeys: number): Sweep {
  const topics = sweepTopics(step);
  const keys = sweepIdempotency(step, maxIdempotencyKeys);
  const removed = sweepRemoved(step);
  return { isUnfinished: topics || keys.isUnfinished || removed, evicted: keys.evicted };
}

function sweepTopics(step: Step): boolean {
  const { writes, nowMs } = step;
  const due = writes.storedKeys(topicsDueUntil(nowMs), budget);
  let room = budget;
  for (const key of due) {
    const { hash } = dueIn(key);
    if (room > 0) room -= sweepTopic(step, hash, key, room);
  }
  return due.length === budget || room <= 0;
}

/** Says how much of the budget it took. */
function sweepTopic(step: Step, topicHash: Buffer, dueKey: Buffer, room: number): number {
  const key = topicKey(topicHash);
  const stored = step.writes.get(key);
  if (stored === undefined) {
    step.writes.remove(dueKey);
    return 1;
  }
  const topic = decodeTopic(key, stored);
  if (topic.forgetAtMs <= step.nowMs) {
    removeTopic(step, topicHash);
    return 1;
  }
  const kept = keptAt(step.writes, topic, step.nowMs);
  const swept = removeBelowFirst(step, { ...topic, ...kept }, room);
  saveTopic(step, topicHash, swept.topic, { mayStayEarlier: false });
  return 1 + swept.removed;
}

/** Keys whose window is over, and the next ones when there are too many. */
function sweepIdempotency(step: Step, max: number): Sweep {
  const { writes, counters, nowMs } = step;
  const excess = Math.min(counters.idempotencyKeys - max, budget);
  const isOver = writes.storedKeys(idempotencyDueUntil(nowMs), budget);
  const due = isOver.length >= excess ? isOver : writes.storedKeys(allIdempotencyDue, excess);
  for (const key of due) {
    writes.remove(key);
    writes.remove(idempotencyKey(dueIn(key).hash));
    counters.idempotencyKeys -= 1;
  }
  return { isUnfinished: due.length === budget, evicted: due.length - isOver.length };
}

function sweepRemoved({ writes }: Step): boolean {
  let room = budget;
  const found = writes.storedKeys(allRemoved, budget);
  for (const key of found) {
    const id = topicIdIn(key);
    const bytes = writes.get(key);
    if (bytes === undefined) continue;
    const { stored, last } = decodeRemoved(key, bytes);
    const end = Math.min(last + 1, stored + room);
    for (let offset = stored; offset < end; offset += 1) writes.remove(publicationKey(id, offset));
    room -= end - stored;
    if (end > last) writes.remove(removedKey(id));
    else writes.put(key, encodeRemoved(key, { stored: end, last }));
    if (room <= 0) break;
  }
  return found.length === budget || room <= 0;
}
