import { randomBytes } from "node:crypto";
import type { HistoryPolicy, Position } from "@windlass/core";
import { emptyValue, publicationKey, removedKey, topicDueKey, topicKey } from "../store/keys.ts";
import type { Records } from "../store/write-set.ts";
import { keptAt } from "./kept-publications.ts";
import { type EncodedPublication, stampPublication } from "./publication-record.ts";
import { encodeRemoved } from "./removed-record.ts";
import type { Step } from "./step.ts";
import { decodeTopic, encodeTopic, type TopicRecord } from "./topic-record.ts";

/**
 * How many publications one more may push out of the store. Usually it is one; after a size has shrunk it
 * is many, which go bit by bit, so that no transaction takes long.
 */
const maxRemovedByAppend = 64;

/** The record of a topic, unless its position is not remembered any more. */
export function findTopic(
  records: Records,
  topicHash: Buffer,
  nowMs: number,
): TopicRecord | undefined {
  const key = topicKey(topicHash);
  const stored = records.get(key);
  const topic = stored && decodeTopic(key, stored);
  return topic !== undefined && topic.forgetAtMs > nowMs ? topic : undefined;
}

/** Adds a publication to the history of a topic, and lets go of what is too much then. */
export function appendPublication(
  step: Step,
  topicHash: Buffer,
  publication: EncodedPublication,
  policy: HistoryPolicy,
): Position {
  const { writes, nowMs } = step;
  const found = findTopic(writes, topicHash, nowMs);
  if (found === undefined) removeTopic(step, topicHash);
  const before = found ?? newTopic(step);
  const offset = before.last + 1;
  const key = publicationKey(before.id, offset);
  writes.put(key, stampPublication(key, publication, nowMs));
  // What the policy so far has let go of does not come back, whatever the new one says.
  const kept = keptAt(writes, before, nowMs);
  const isFirst = kept.first === offset;
  const after: TopicRecord = {
    ...before,
    last: offset,
    first: kept.first,
    oldestAtMs: isFirst ? nowMs : kept.oldestAtMs,
    ttlMs: policy.ttlMs,
    forgetAtMs: nowMs + policy.positionTtlMs,
  };
  const first = Math.max(keptAt(writes, after, nowMs).first, offset - policy.size + 1);
  const trimmed = removeBelowFirst(step, { ...after, first }, maxRemovedByAppend).topic;
  saveTopic(step, topicHash, trimmed, { mayStayEarlier: true });
  return { epoch: after.epoch, offset };
}

/** Removes publications that are not kept any more from the store, and says how many it were. */
export function removeBelowFirst(
  { writes }: Step,
  topic: TopicRecord,
  max: number,
): { readonly topic: TopicRecord; readonly removed: number } {
  const stored = Math.min(topic.first, topic.stored + max);
  for (let offset = topic.stored; offset < stored; offset += 1) {
    writes.remove(publicationKey(topic.id, offset));
  }
  return { topic: { ...topic, stored }, removed: stored - topic.stored };
}

/**
 * Writes the record of a topic, and its place in the index of what is due. With `mayStayEarlier`, a place
 * that comes too early stays as it is: the sweep finds nothing to do then, and moves it. So the index
 * costs a publication nothing most of the time.
 */
export function saveTopic(
  { writes, nowMs }: Step,
  topicHash: Buffer,
  topic: TopicRecord,
  { mayStayEarlier }: { readonly mayStayEarlier: boolean },
): void {
  const wanted = nextDueAtMs(topic, nowMs);
  const isKept = topic.dueAtMs > 0 && mayStayEarlier && topic.dueAtMs <= wanted;
  const dueAtMs = isKept ? topic.dueAtMs : wanted;
  if (dueAtMs !== topic.dueAtMs) {
    if (topic.dueAtMs > 0) writes.remove(topicDueKey(topic.dueAtMs, topicHash));
    writes.put(topicDueKey(dueAtMs, topicHash), emptyValue);
  }
  const key = topicKey(topicHash);
  writes.put(key, encodeTopic(key, { ...topic, dueAtMs }));
}

/** Forgets a topic; its publications are left to the sweep, as there can be a million of them. */
export function removeTopic({ writes }: Step, topicHash: Buffer): void {
  const key = topicKey(topicHash);
  const stored = writes.get(key);
  if (stored === undefined) return;
  const topic = decodeTopic(key, stored);
  writes.remove(key);
  writes.remove(topicDueKey(topic.dueAtMs, topicHash));
  if (topic.stored > topic.last) return;
  const removed = removedKey(topic.id);
  writes.put(removed, encodeRemoved(removed, topic));
}

function nextDueAtMs(topic: TopicRecord, nowMs: number): number {
  if (topic.stored < topic.first) return nowMs;
  return topic.first > topic.last ? topic.forgetAtMs : topic.oldestAtMs + topic.ttlMs;
}

function newTopic({ counters, nowMs }: Step): TopicRecord {
  const id = counters.nextTopicId;
  counters.nextTopicId += 1;
  return {
    id,
    // 72 random bits: two of a topic are never the same.
    epoch: randomBytes(9).toString("base64url"),
    last: 0,
    first: 1,
    stored: 1,
    oldestAtMs: nowMs,
    ttlMs: 0,
    forgetAtMs: 0,
    dueAtMs: 0,
  };
}
