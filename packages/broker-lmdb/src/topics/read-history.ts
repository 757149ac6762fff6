import { setImmediate as nextTurn } from "node:timers/promises";
import type { HistoryGap, HistoryPage, HistoryQuery, Position, Publication } from "@windlass/core";
import { asBuffer, offsetIn, publicationKey, topicHashOf } from "../store/keys.ts";
import type { Records, Tree } from "../store/write-set.ts";
import { keptAt } from "./kept-publications.ts";
import { decodePublication, type KeptPublication } from "./publication-record.ts";
import { findTopic } from "./topic-log.ts";
import type { TopicRecord } from "./topic-record.ts";

/** Reading more at once would keep everything else waiting: about a millisecond, unless they are large. */
const readAtOnce = 256;
const readBytesAtOnce = 1_048_576;

/** Offsets of a topic that are wanted, both included, in the order of the answer. */
interface Wanted {
  readonly from: number;
  readonly to: number;
  readonly isReversed: boolean;
}

/**
 * Reads a part of a history as it is at this moment. What is trimmed while it is being read is left out at
 * its beginning, so that there is no gap within it.
 *
 * @param assertOpen throws when the store was closed meanwhile.
 * @throws DamagedRecordError
 */
export async function readHistory(
  tree: Tree,
  topicName: string,
  query: HistoryQuery,
  nowMs: number,
  assertOpen: () => void,
): Promise<HistoryPage> {
  const records = recordsOf(tree);
  const topic = findTopic(records, topicHashOf(topicName), nowMs);
  const position = topic && { epoch: topic.epoch, offset: topic.last };
  const kept = topic && keptAt(records, topic, nowMs);
  const { since, limit = Number.POSITIVE_INFINITY, isReversed = false } = query;
  const gap = since && gapAfter(since, position, kept?.first ?? 1);
  if (gap !== undefined) return { publications: [], position, gap };
  if (topic === undefined || kept === undefined) return { publications: [], position };
  const oldest = since === undefined ? kept.first : since.offset + 1;
  const wanted = isReversed
    ? { from: topic.last, to: Math.max(oldest, topic.last - limit + 1), isReversed }
    : { from: oldest, to: Math.min(topic.last, oldest + limit - 1), isReversed };
  const publications = await collect(tree, topicName, topic, wanted, assertOpen);
  const isMissing = publications[0]?.position?.offset !== wanted.from;
  if (since === undefined || wanted.from > wanted.to || !isMissing) {
    return { publications, position };
  }
  return { publications: [], position, gap: "trimmed" };
}

/** What is stored at this moment. */
export function recordsOf(tree: Tree): Records {
  tree.resetReadTxn();
  return {
    get(key) {
      const value = tree.getBinary(key);
      return value && asBuffer(value);
    },
  };
}

function gapAfter(
  since: Position,
  position: Position | undefined,
  first: number,
): HistoryGap | undefined {
  if (position === undefined) return "expired";
  if (since.epoch !== position.epoch) return "epoch";
  if (since.offset > position.offset) return "ahead";
  return since.offset + 1 < first ? "trimmed" : undefined;
}

async function collect(
  tree: Tree,
  topicName: string,
  topic: TopicRecord,
  { from, to, isReversed }: Wanted,
  assertOpen: () => void,
): Promise<readonly Publication[]> {
  let publications: Publication[] = [];
  const direction = isReversed ? -1 : 1;
  for (let next = from; (to - next) * direction >= 0; ) {
    if (next !== from) {
      await nextTurn();
      assertOpen();
      tree.resetReadTxn();
    }
    const part = readPart(tree, topicName, topic, { from: next, to, isReversed });
    const last = part.at(-1);
    // What comes next was removed meanwhile. What was read before is no part of the history any more when
    // it is older.
    if (part[0]?.position.offset !== next && !isReversed) publications = [];
    if (last === undefined) break;
    publications.push(...part);
    next = last.position.offset + direction;
  }
  return publications;
}

function readPart(
  tree: Tree,
  topicName: string,
  { id, epoch }: TopicRecord,
  { from, to, isReversed }: Wanted,
): readonly KeptPublication[] {
  const range = tree.getRange({
    start: publicationKey(id, from),
    end: publicationKey(id, isReversed ? to - 1 : to + 1),
    limit: readAtOnce,
    reverse: isReversed,
  });
  const part: KeptPublication[] = [];
  let bytes = 0;
  for (const { key, value } of range) {
    const position = { epoch, offset: offsetIn(key) };
    part.push(decodePublication(topicName, position, [asBuffer(key), asBuffer(value)]));
    bytes += value.length;
    if (bytes > readBytesAtOnce) break;
  }
  return part;
}
