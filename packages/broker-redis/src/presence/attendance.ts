import type { JoinOutcome, Logger, MemberLimit, PresenceEntry } from "@windlass/core";
import type { OpenBackend } from "../backend.ts";
import { eachOf } from "../feed/each-of.ts";
import { BackOff } from "../link/back-off.ts";
import { Pauses } from "../link/pauses.ts";
import type { RedisReply } from "../link/redis-connection.ts";
import type { Shard } from "../link/shard.ts";
import { RandomNames } from "../random-names.ts";
import type { Settings } from "../settings.ts";
import { TopicKeys } from "../topic/topic-keys.ts";
import { LeaseKeys } from "./lease-keys.ts";
import { NodeLease } from "./node-lease.ts";
import { type OwnConnection, OwnConnections } from "./own-connections.ts";
import { joinScript, leaveScript } from "./presence-scripts.ts";

const topicsAtOnce = 16;

/** What {@link Attendance} needs. */
export interface AttendanceParts {
  readonly nodeId: string;
  readonly backend: OpenBackend;
  readonly settings: Settings;
  readonly log: Logger;
}

/** Lets the connections of this node join and leave, and puts right what a link that was away has spoilt. */
export class Attendance {
  readonly #parts: AttendanceParts;
  readonly #own = new OwnConnections();
  readonly #lease: NodeLease;
  /** Topics noted with the lease, or about to be. */
  readonly #notes = new Map<string, Promise<string>>();
  /** Topics on which Redis and this node may not agree. */
  readonly #doubtful = new Set<string>();
  readonly #pauses: Pauses;
  readonly #epochs = new RandomNames();
  #isMending = false;
  #isEnded = false;

  constructor(parts: AttendanceParts) {
    this.#parts = parts;
    this.#pauses = new Pauses(parts.settings.clock);
    const { nodeId, backend, settings } = parts;
    this.#lease = new NodeLease({
      ...backend,
      nodeId,
      settings,
      keys: new LeaseKeys(settings.keyPrefix),
      onRenewed: () => this.#doubtAll(),
    });
  }

  /** @throws LinkError, ErrorReply */
  async begin(): Promise<void> {
    await this.#lease.begin();
  }

  /** @throws LinkError, ErrorReply; the connection is not present then */
  async join(
    topic: string,
    entry: PresenceEntry,
    limit: MemberLimit | undefined,
  ): Promise<JoinOutcome> {
    const { connectionId } = entry;
    const data = entry.data === undefined ? "" : (JSON.stringify(entry.data) ?? "");
    const own: OwnConnection = { entry, limit, data, isPresent: false };
    const before = this.#own.get(topic, connectionId);
    this.#own.set(topic, own);
    try {
      const lease = await this.#note(topic);
      const [isAdmitted, displaced] = await this.#sendJoin(topic, own, lease, limit?.onExcess);
      for (const id of displaced) this.#forgetDisplaced(topic, id);
      if (!isAdmitted) this.#undo(topic, own, before);
      own.isPresent = isAdmitted;
      if (lease !== this.#lease.name) this.#doubt(topic);
      this.#strikeIfGone(topic);
      return { isAdmitted, displaced };
    } catch (error) {
      // It is not known whether Redis has it.
      if (this.#own.get(topic, connectionId) === own) {
        if (before?.isPresent) this.#own.set(topic, before);
        else this.#own.deleteLater(topic, connectionId);
      }
      this.#doubt(topic);
      throw error;
    }
  }

  /** @throws LinkError, ErrorReply; the connection leaves all the same as soon as there is a link */
  async leave(topic: string, connectionId: string): Promise<void> {
    this.#own.deleteLater(topic, connectionId);
    try {
      await this.#afterJoins(topic);
      await this.#sendLeave(topic, connectionId);
      this.#settleLeave(topic, connectionId);
    } catch (error) {
      this.#doubt(topic);
      throw error;
    }
  }

  /** There is a link again. */
  async onUp(shard: Shard): Promise<void> {
    const { links } = this.#parts.backend;
    // First of all, so that what follows is not written under a lease that has ended.
    await this.#lease.beat();
    for (const topic of this.#own.topics) {
      if (links.shardOf(this.#keysOf(topic).tag) === shard) this.#doubtful.add(topic);
    }
    this.#mend();
  }

  /** All connections of this node leave. @throws LinkError, ErrorReply; others see to it then */
  async end(): Promise<void> {
    this.stop();
    await eachOf([...this.#own.topics], topicsAtOnce, async (topic) => {
      const ids = this.#own.connectionsOn(topic).map(({ entry }) => entry.connectionId);
      const all = [...ids, ...this.#own.leavingFrom(topic)];
      await eachOf(all, topicsAtOnce, (id) => this.#sendLeave(topic, id));
    });
    await this.#lease.end();
  }

  stop(): void {
    this.#isEnded = true;
    this.#pauses.end();
    this.#lease.stop();
  }

  #note(topic: string): Promise<string> {
    let note = this.#notes.get(topic);
    if (note === undefined) {
      note = this.#lease.note(topic);
      this.#notes.set(topic, note);
      note.catch(() => {
        if (this.#notes.get(topic) === note) this.#notes.delete(topic);
      });
    }
    return note;
  }

  /** Joins may wait for a note, and what was called after them must come after them. */
  async #afterJoins(topic: string): Promise<void> {
    try {
      await this.#notes.get(topic);
    } catch {
      // The join has failed, which is said there.
    }
  }

  async #sendJoin(
    topic: string,
    { entry, limit, data }: OwnConnection,
    lease: string,
    onExcess: MemberLimit["onExcess"] = "refuse",
  ): Promise<readonly [isAdmitted: boolean, displaced: readonly string[]]> {
    const keys = this.#keysOf(topic);
    const reply = await this.#parts.backend.commander.run(keys.tag, joinScript, keys.presenceKeys, [
      keys.changes,
      this.#epochs.next(),
      lease,
      entry.connectionId,
      entry.memberId,
      data,
      String(limit?.max ?? 0),
      onExcess,
    ]);
    const [isAdmitted, displaced] = Array.isArray(reply) ? reply : [];
    return [isAdmitted === 1, textsOf(displaced)];
  }

  async #sendLeave(topic: string, connectionId: string): Promise<void> {
    const keys = this.#keysOf(topic);
    const args = [keys.changes, connectionId];
    await this.#parts.backend.commander.run(keys.tag, leaveScript, keys.presenceKeys, args);
  }

  /** The limit has refused it: whatever was there before is there still. */
  #undo(topic: string, own: OwnConnection, before: OwnConnection | undefined): void {
    const { connectionId } = own.entry;
    if (this.#own.get(topic, connectionId) !== own) return;
    if (before === undefined) this.#own.delete(topic, connectionId);
    else this.#own.set(topic, before);
  }

  #forgetDisplaced(topic: string, connectionId: string): void {
    // One that is joining again was displaced before that.
    if (this.#own.get(topic, connectionId)?.isPresent) this.#own.delete(topic, connectionId);
  }

  #settleLeave(topic: string, connectionId: string): void {
    // It may have joined again meanwhile.
    if (this.#own.get(topic, connectionId) !== undefined) return;
    this.#own.delete(topic, connectionId);
    this.#strikeIfGone(topic);
  }

  #strikeIfGone(topic: string): void {
    if (!this.#own.isGoneFrom(topic) || !this.#notes.delete(topic)) return;
    this.#lease.strike(topic);
  }

  #doubt(topic: string): void {
    this.#doubtful.add(topic);
    this.#mend();
  }

  #doubtAll(): void {
    // They were noted with a lease that has ended.
    this.#notes.clear();
    for (const topic of this.#own.topics) this.#doubtful.add(topic);
    this.#mend();
  }

  #mend(): void {
    if (this.#isMending || this.#isEnded || this.#doubtful.size === 0) return;
    this.#isMending = true;
    void this.#mendAll().finally(() => {
      this.#isMending = false;
    });
  }

  async #mendAll(): Promise<void> {
    const backOff = new BackOff(this.#parts.settings.reconnectMaxDelayMs);
    while (this.#doubtful.size > 0 && !this.#isEnded) {
      const topics = [...this.#doubtful];
      this.#doubtful.clear();
      await eachOf(topics, topicsAtOnce, async (topic) => {
        try {
          await this.#mendTopic(topic);
        } catch {
          this.#doubtful.add(topic);
        }
      });
      if (this.#doubtful.size === 0) return;
      await this.#pauses.wait(backOff.nextDelayMs());
    }
  }

  async #mendTopic(topic: string): Promise<void> {
    const leaving = this.#own.leavingFrom(topic).map(async (connectionId) => {
      await this.#sendLeave(topic, connectionId);
      if (this.#own.leavingFrom(topic).includes(connectionId))
        this.#settleLeave(topic, connectionId);
    });
    const present = this.#own.connectionsOn(topic).filter(({ isPresent }) => isPresent);
    const lease = present.length === 0 ? "" : await this.#note(topic);
    const joining = present.map(async (own) => {
      const { connectionId } = own.entry;
      // It has left, or joined anew, meanwhile.
      if (this.#own.get(topic, connectionId) !== own) return;
      const [isAdmitted] = await this.#sendJoin(topic, own, lease);
      if (isAdmitted || this.#own.get(topic, connectionId) !== own) return;
      this.#parts.log.info({ topic, connectionId }, "another connection has taken its place");
      this.#own.delete(topic, connectionId);
      this.#strikeIfGone(topic);
    });
    await Promise.all([...leaving, ...joining]);
    if (present.length > 0 && lease !== this.#lease.name) this.#doubtful.add(topic);
  }

  #keysOf(topic: string): TopicKeys {
    return new TopicKeys(this.#parts.settings.keyPrefix, topic);
  }
}

function textsOf(reply: RedisReply | undefined): readonly string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}
