import type { HistoryGap, HistoryPage, HistoryQuery, Position, Publication } from "@windlass/core";
import type { Commander } from "../link/commander.ts";
import type { RedisReply } from "../link/redis-connection.ts";
import { decodeEnvelope, parsePosition, UnknownEnvelopeError } from "./envelope.ts";
import type { KeptPage, KeptPublication } from "./gap-tracker.ts";
import type { TopicKeys } from "./topic-keys.ts";
import { historyScript } from "./topic-scripts.ts";

/** How much one answer holds; bounds what Redis and this process keep in memory for it. */
const pageBytes = 1024 * 1024;
const pageSize = 1_000;
/** Of a topic that is trimmed faster than it can be read, what can be had is answered in the end. */
const attemptsAtMost = 5;

/** Reads the history of one topic. */
export class HistoryReader {
  readonly #commander: Commander;
  readonly #topic: string;
  readonly #keys: TopicKeys;

  constructor(commander: Commander, topic: string, keys: TopicKeys) {
    this.#commander = commander;
    this.#topic = topic;
    this.#keys = keys;
  }

  /** What comes after a position; when it is of another epoch, only where the topic stands. */
  async readAfter({ epoch, offset }: Position): Promise<KeptPage> {
    let cursor = String(offset + 1);
    for (;;) {
      const page = await this.#readPage({ epoch, cursor, limit: pageSize });
      const isComplete = page.cursor === "";
      // A page may hold nothing that can be shown, and more may follow all the same.
      if (isComplete || page.publications.length > 0) return { ...page, isComplete };
      cursor = page.cursor;
    }
  }

  async read(query: HistoryQuery): Promise<HistoryPage> {
    for (let attempt = 1; ; attempt += 1) {
      const { position, publications, isWhole } = await this.#readAll(query);
      if (!isWhole && attempt < attemptsAtMost) continue;
      const gap = query.since && gapAfter(query.since, position, publications);
      if (gap !== undefined) return { publications: [], position, gap };
      return { publications, position };
    }
  }

  /** `isWhole` is false when the topic has changed between two pages so that they do not fit together. */
  async #readAll({ since, limit = Number.MAX_SAFE_INTEGER, isReversed = false }: HistoryQuery) {
    const epoch = since?.epoch ?? "";
    let cursor = isReversed ? "+" : "-";
    if (since !== undefined) cursor = String(since.offset + 1);
    const first = await this.#readPage({ epoch, cursor, limit, isReversed });
    const { position } = first;
    const publications = [...first.publications];
    let next = first.cursor;
    let isWhole = true;
    while (next !== "" && publications.length < limit) {
      const left = limit - publications.length;
      const page = await this.#readPage({ epoch, cursor: next, limit: left, isReversed });
      const expected = next;
      // What has been published since the first page belongs to a later answer.
      const wanted = page.publications.filter(
        (each) => each.position.offset <= (position?.offset ?? 0),
      );
      const isSequel = wanted.length === 0 || String(wanted[0]?.position.offset) === expected;
      if (page.position?.epoch !== position?.epoch || !isSequel) isWhole = false;
      publications.push(...wanted);
      next = wanted.length < page.publications.length ? "" : page.cursor;
    }
    return { position, publications, isWhole };
  }

  async #readPage(query: {
    readonly epoch: string;
    readonly cursor: string;
    readonly limit: number;
    readonly isReversed?: boolean;
  }) {
    const { epoch, cursor, limit, isReversed } = query;
    const args = [
      epoch,
      cursor,
      isReversed ? "older" : "newer",
      String(Math.min(limit, pageSize)),
      String(pageBytes),
    ];
    const keys = [this.#keys.position, this.#keys.log];
    return this.#parse(await this.#commander.run(this.#keys.tag, historyScript, keys, args));
  }

  #parse(reply: RedisReply): {
    readonly position: Position | undefined;
    readonly publications: readonly KeptPublication[];
    readonly cursor: string;
  } {
    const [at, cursor, ...entries] = Array.isArray(reply) ? reply : [];
    const position = parsePosition(String(at ?? ""));
    const publications: KeptPublication[] = [];
    for (let index = 0; position !== undefined && index < entries.length; index += 2) {
      const envelope = entries[index + 1];
      if (!Buffer.isBuffer(envelope)) continue;
      const publication = this.#decode(envelope);
      const own = { epoch: position.epoch, offset: Number(entries[index]) };
      if (publication !== undefined) publications.push({ ...publication, position: own });
    }
    return { position, publications, cursor: String(cursor ?? "") };
  }

  /** What a newer release has written is missing, which those who ask find by its offset. */
  #decode(envelope: Buffer): Publication | undefined {
    try {
      return decodeEnvelope(this.#topic, envelope);
    } catch (error) {
      if (error instanceof UnknownEnvelopeError) return undefined;
      throw error;
    }
  }
}

/** Why it is not known what came after a position; `undefined` when these publications are it. */
function gapAfter(
  since: Position,
  stored: Position | undefined,
  publications: readonly KeptPublication[],
): HistoryGap | undefined {
  if (stored === undefined) return "expired";
  if (stored.epoch !== since.epoch) return "epoch";
  if (since.offset > stored.offset) return "ahead";
  if (publications.length === 0) return since.offset < stored.offset ? "trimmed" : undefined;
  const isWhole = publications.every(({ position }, index) => {
    return position.offset === since.offset + 1 + index;
  });
  return isWhole ? undefined : "trimmed";
}
