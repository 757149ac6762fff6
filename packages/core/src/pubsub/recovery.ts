import type { HistoryPage, HistoryQuery } from "../contract/broker.ts";
import type { Position, Publication } from "../contract/publication.ts";
import type { Recovery } from "../contract/topics.ts";

/** A history that was read while publications went on. */
export interface Reading {
  readonly page: HistoryPage;
  /** What was delivered to this node's subscribers since before it was read. */
  readonly recording: readonly Publication[];
  /** Up to where this node's subscribers have got everything. */
  readonly delivered: Position | undefined;
}

/**
 * What somebody missed since a position, up to where the subscribers of this node stand: what the history has
 * beyond that, they are yet to get, and it with them.
 */
export function recoveryOf(
  reading: Reading,
  since: Position | "oldest" | undefined,
  max: number,
): Recovery {
  const { page, delivered } = reading;
  if (since === "oldest") return everything(reading, max);
  if (since === undefined) return { publications: [], position: delivered, gap: undefined };
  const refuse = (gap: NonNullable<Recovery["gap"]>): Recovery => ({
    publications: [],
    position: delivered ?? page.position,
    gap,
  });
  if (isNothing(since)) return recoveryOfAll(reading, max);
  if (page.gap !== undefined) return refuse(page.gap);
  // Nothing was delivered here and nothing was known when this node subscribed: all of it is yet to come.
  if (delivered === undefined) return refuse("expired");
  if (delivered.epoch !== since.epoch) return refuse("epoch");
  const publications = merged(reading, since.offset, delivered);
  if (publications.length > max) return refuse("limit");
  const last = publications.at(-1)?.position?.offset ?? since.offset;
  // Of what was delivered before the recording began, the history has lost some meanwhile.
  if (last < delivered.offset) return refuse("trimmed");
  // Who comes from a node that is ahead has seen more already.
  const position = since.offset > delivered.offset ? since : delivered;
  return { publications, position, gap: undefined };
}

/** What to read of a history for {@link recoveryOf}. One more than may be recovered tells whether that is all. */
export function recoveryQuery(since: Position | "oldest" | undefined, max: number): HistoryQuery {
  if (since === undefined) return { limit: 1, isReversed: true };
  if (since === "oldest") return { limit: max, isReversed: true };
  return isNothing(since) ? { limit: max + 1 } : { since, limit: max + 1 };
}

/** All that is kept, as far as it may be asked for at once. */
function everything({ page, recording, delivered }: Reading, max: number): Recovery {
  if (delivered === undefined) return { publications: [], position: undefined, gap: undefined };
  // The newest ones were read, newest first.
  const publications = page.publications.toReversed();
  const reading = { page: { ...page, publications }, recording, delivered };
  return {
    publications: merged(reading, 0, delivered).slice(-max),
    position: delivered,
    gap: undefined,
  };
}

/** Whether this is the position of a topic of which nothing was remembered. */
function isNothing({ epoch, offset }: Position): boolean {
  return epoch === "" && offset === 0;
}

/** What somebody missed who subscribed before there was anything: all of it, if all of it is kept. */
function recoveryOfAll(reading: Reading, max: number): Recovery {
  const { delivered } = reading;
  if (delivered === undefined) return { publications: [], position: undefined, gap: undefined };
  const publications = merged(reading, 0, delivered);
  const isTrimmed = publications.length < delivered.offset;
  if (publications.length <= max && !isTrimmed) {
    return { publications, position: delivered, gap: undefined };
  }
  const gap = publications.length > max ? "limit" : "trimmed";
  return { publications: [], position: delivered, gap };
}

/** The newest publication of a topic whose older ones do not matter, unless it is known already. */
export function newestValue(reading: Reading, from: Position | "oldest" | undefined): Recovery {
  const { delivered } = reading;
  const since = from === "oldest" ? undefined : from;
  if (delivered === undefined) return { publications: [], position: undefined, gap: undefined };
  // A store that was replaced by an older one may be behind what is known.
  const isKnown = since?.epoch === delivered.epoch && since.offset <= delivered.offset;
  const known = isKnown ? since.offset : 0;
  const publications = merged(reading, known, delivered).slice(-1);
  return { publications, position: delivered, gap: undefined };
}

/** The publications of an epoch after an offset and up to a position, in order and each once. */
function merged(
  { page, recording }: Reading,
  after: number,
  upTo: Position,
): readonly Publication[] {
  const merged: Publication[] = [];
  let last = after;
  for (const publication of [...page.publications, ...recording]) {
    const { position } = publication;
    if (position === undefined || position.epoch !== upTo.epoch) continue;
    if (position.offset <= last || position.offset > upTo.offset) continue;
    merged.push(publication);
    last = position.offset;
  }
  return merged;
}
