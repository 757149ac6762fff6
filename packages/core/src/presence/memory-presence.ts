import { WindlassError } from "../contract/errors.ts";
import { Listeners } from "../contract/listeners.ts";
import { type Logger, neverThrowing, silentLogger } from "../contract/logger.ts";
import type {
  JoinOutcome,
  MemberLimit,
  PresenceChange,
  PresenceCount,
  PresenceEntry,
  PresenceHost,
  PresenceListener,
  PresenceMember,
  PresenceStore,
} from "../contract/presence.ts";
import { PresentTopic } from "./present-topic.ts";

/**
 * The presence of a single node, in the memory of this process. Watchers are told within the call of
 * `join` and `leave`; what they throw is logged. Data is kept as it is and must not be changed later.
 *
 * Memory, measured on Node 20: 500 bytes for a topic while somebody is present, 300 while it has a
 * watcher, 250 for each member and 170 for each connection, besides names, ids and data.
 *
 * It works without `open()`, too, and logs nothing then. After `close()` nobody is present, and `join`
 * and `watch` reject with `ERR_APP_STATE`.
 */
export class MemoryPresence implements PresenceStore {
  readonly #topics = new Map<string, PresentTopic>();
  readonly #watchers: Listeners<PresenceChange>;
  #log: Logger = silentLogger;
  #isClosed = false;

  constructor() {
    this.#watchers = new Listeners((error, topic) => {
      this.#log.error({ err: error, topic }, "a watcher of presence failed");
    });
  }

  /** Topics that somebody is present on. */
  get topicCount(): number {
    return this.#topics.size;
  }

  /** Topics that have a watcher. */
  get watchedCount(): number {
    return this.#watchers.topicCount;
  }

  async open({ log }: PresenceHost): Promise<void> {
    this.#assertOpen("open()");
    this.#log = neverThrowing(log);
  }

  async join(topic: string, entry: PresenceEntry, limit?: MemberLimit): Promise<JoinOutcome> {
    this.#assertOpen("join()");
    const present = this.#topics.get(topic) ?? new PresentTopic(topic);
    const { changes, ...outcome } = present.join(entry, limit);
    // It may have been empty before, and with a limit below 1 it still is.
    if (present.members.size > 0) this.#topics.set(topic, present);
    for (const change of changes) this.#watchers.emit(change);
    return outcome;
  }

  async leave(topic: string, connectionId: string): Promise<void> {
    const present = this.#topics.get(topic);
    const change = present?.leave(connectionId);
    if (present?.members.size === 0) this.#topics.delete(topic);
    if (change !== undefined) this.#watchers.emit(change);
  }

  async members(topic: string, limit?: number): Promise<readonly PresenceMember[]> {
    const members: PresenceMember[] = [];
    for (const member of this.#topics.get(topic)?.members.values() ?? []) {
      if (members.length === limit) break;
      members.push(member.show());
    }
    return members;
  }

  async member(topic: string, memberId: string): Promise<PresenceMember | undefined> {
    return this.#topics.get(topic)?.members.get(memberId)?.show();
  }

  async count(topic: string): Promise<PresenceCount> {
    const present = this.#topics.get(topic);
    return { members: present?.members.size ?? 0, connections: present?.connectionCount ?? 0 };
  }

  async watch(topic: string, listener: PresenceListener): Promise<void> {
    this.#assertOpen("watch()");
    this.#watchers.add(topic, listener);
  }

  async unwatch(topic: string, listener: PresenceListener): Promise<void> {
    this.#watchers.remove(topic, listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watchers.clear();
    this.#topics.clear();
  }

  #assertOpen(method: string): void {
    if (!this.#isClosed) return;
    throw new WindlassError("ERR_APP_STATE", {
      call: `presence.${method}`,
      state: "closed",
      advice: "use it before the app is closed",
    });
  }
}
