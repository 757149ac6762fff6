import type {
  JoinOutcome,
  MemberLimit,
  PresenceChange,
  PresenceEntry,
  PresenceMember,
} from "../contract/presence.ts";

/** What a `join` has changed, too. */
export interface JoinResult extends JoinOutcome {
  readonly changes: readonly PresenceChange[];
}

/** Who is present on one topic. */
export class PresentTopic {
  readonly #topic: string;
  /** By id, in the order in which they joined. */
  readonly members: Map<string, PresentMember> = new Map();
  /** Whose each connection is. */
  readonly #owners = new Map<string, PresentMember>();

  constructor(topic: string) {
    this.#topic = topic;
  }

  get connectionCount(): number {
    return this.#owners.size;
  }

  join(entry: PresenceEntry, limit: MemberLimit | undefined): JoinResult {
    const { connectionId, memberId } = entry;
    const owner = this.#owners.get(connectionId);
    if (owner?.memberId === memberId) {
      owner.entries.set(connectionId, entry);
      return { isAdmitted: true, displaced: [], changes: [] };
    }
    const member = this.members.get(memberId) ?? new PresentMember(memberId);
    const excess = limit === undefined ? 0 : member.entries.size + 1 - limit.max;
    if (excess > 0 && limit?.onExcess === "refuse") {
      return { isAdmitted: false, displaced: [], changes: [] };
    }
    const changes: PresenceChange[] = [];
    // The connection was somebody else's: a user who has signed in as another one.
    const left = owner && this.leave(connectionId);
    if (left !== undefined) changes.push(left);
    const displaced = [...member.entries.keys()].slice(0, Math.max(0, excess));
    for (const other of displaced) this.#forget(member, other);
    member.entries.set(connectionId, entry);
    this.#owners.set(connectionId, member);
    if (!this.members.has(memberId)) {
      this.members.set(memberId, member);
      changes.push(this.#change("join", entry));
    }
    return { isAdmitted: true, displaced, changes };
  }

  /** The change, if the member has left with it. */
  leave(connectionId: string): PresenceChange | undefined {
    const member = this.#owners.get(connectionId);
    const entry = member?.entries.get(connectionId);
    if (member === undefined || entry === undefined) return undefined;
    this.#forget(member, connectionId);
    if (member.entries.size > 0) return undefined;
    this.members.delete(member.memberId);
    return this.#change("leave", entry);
  }

  #forget(member: PresentMember, connectionId: string): void {
    member.entries.delete(connectionId);
    this.#owners.delete(connectionId);
  }

  #change(kind: PresenceChange["kind"], { memberId, data }: PresenceEntry): PresenceChange {
    return Object.freeze({ topic: this.#topic, kind, memberId, ...withData(data) });
  }
}

/** One member and its connections. */
class PresentMember {
  readonly memberId: string;
  /** By connection, oldest first. */
  readonly entries: Map<string, PresenceEntry> = new Map();

  constructor(memberId: string) {
    this.memberId = memberId;
  }

  show(): PresenceMember {
    const connectionIds = [...this.entries.keys()];
    const data = this.entries.get(connectionIds.at(-1) ?? "")?.data;
    return { memberId: this.memberId, ...withData(data), connectionIds };
  }
}

/** No data is no property, as in JSON. */
function withData(data: unknown): { readonly data?: unknown } {
  return data === undefined ? {} : { data };
}
