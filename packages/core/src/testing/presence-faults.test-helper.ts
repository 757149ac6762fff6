import type {
  MemberLimit,
  PresenceChange,
  PresenceEntry,
  PresenceMember,
  PresenceStore,
} from "../contract/presence.ts";
import type { Fault } from "./faults.test-helper.ts";

export type PresenceFaults = Record<string, Fault<PresenceStore>>;

/** Tells watchers other changes than it should; none for `undefined`. */
export function withChange(
  change: (change: PresenceChange) => PresenceChange | undefined,
): Fault<PresenceStore> {
  return ({ watch, unwatch }) => {
    const listeners = new Map<unknown, (change: PresenceChange) => void>();
    return {
      watch(topic, listener) {
        const changed = (seen: PresenceChange) => {
          const other = change(seen);
          if (other !== undefined) listener(other);
        };
        listeners.set(listener, changed);
        return watch(topic, changed);
      },
      unwatch: (topic, listener) => unwatch(topic, listeners.get(listener) ?? listener),
    };
  };
}

/** Shows members differently. */
function withMember(change: (member: PresenceMember) => PresenceMember): Fault<PresenceStore> {
  return ({ member, members }) => ({
    members: async (...call) => (await members(...call)).map(change),
    async member(...call) {
      const found = await member(...call);
      return found && change(found);
    },
  });
}

/** Lets something else join. */
export function withJoin(
  change: (
    topic: string,
    entry: PresenceEntry,
    limit: MemberLimit | undefined,
  ) => [string, PresenceEntry, MemberLimit | undefined],
): Fault<PresenceStore> {
  return ({ join }) => ({
    join: (...[topic, entry, limit]) => join(...change(topic, entry, limit)),
  });
}

export const joinFaults: PresenceFaults = {
  "knows somebody everywhere": ({ count }) => ({
    async count(topic) {
      const { members, connections } = await count(topic);
      return { members: Math.max(1, members), connections };
    },
  }),
  "finds members by connection": ({ member, members }) => ({
    async member(topic, memberId) {
      const all = await members(topic);
      const owner = all.find(({ connectionIds }) => connectionIds.includes(memberId));
      return owner ?? member(topic, memberId);
    },
  }),
  "takes each connection for a member": withJoin((topic, entry, limit) => [
    topic,
    { ...entry, memberId: `${entry.memberId}:${entry.connectionId}` },
    limit,
  ]),
  "resolves too early": ({ join }) => ({
    async join(topic, entry, limit) {
      setTimeout(() => join(topic, entry, limit), 5);
      return { isAdmitted: true, displaced: [] };
    },
  }),
  "mixes topics": withJoin((topic, entry, limit) => [topic.slice(0, 254), entry, limit]),
  "mixes members": withJoin((topic, entry, limit) => [
    topic,
    { ...entry, memberId: entry.memberId.slice(0, 200) },
    limit,
  ]),
  "loses data that is nothing much": withJoin((topic, { data, ...entry }, limit) => [
    topic,
    data ? { ...entry, data } : entry,
    limit,
  ]),
  "keeps the first data": ({ join }) => {
    const first = new Map<string, unknown>();
    return {
      join(topic, { data, ...entry }, limit) {
        const known = `${topic} ${entry.connectionId}`;
        if (!first.has(known)) first.set(known, data);
        return join(topic, { ...entry, data: first.get(known) }, limit);
      },
    };
  },
  "shows the data of whoever joined last": ({ join, leave }) => ({
    async join(topic, entry, limit) {
      await leave(topic, entry.connectionId);
      return join(topic, entry, limit);
    },
  }),
  "shows the data of the oldest connection": ({ join, member, members }) => {
    const data = new Map<string, unknown>();
    const first = (topic: string, seen: PresenceMember) => ({
      ...seen,
      data: data.get(`${topic} ${seen.connectionIds[0]}`),
    });
    return {
      join(topic, entry, limit) {
        data.set(`${topic} ${entry.connectionId}`, entry.data);
        return join(topic, entry, limit);
      },
      members: async (topic, limit) =>
        (await members(topic, limit)).map((seen) => first(topic, seen)),
      async member(topic, memberId) {
        const seen = await member(topic, memberId);
        return seen && first(topic, seen);
      },
    };
  },
  "fails to let go of strangers": ({ join, leave }) => {
    const known = new Set<string>();
    return {
      join(topic, entry, limit) {
        known.add(entry.connectionId);
        return join(topic, entry, limit);
      },
      async leave(topic, connectionId) {
        if (!known.has(connectionId)) throw new Error("unknown");
        await leave(topic, connectionId);
      },
    };
  },
  "lets nobody go": () => ({ leave: async () => {} }),
};

export const listFaults: PresenceFaults = {
  "lists members by name": ({ members }) => ({
    async members(topic, limit) {
      const all = [...(await members(topic))];
      all.sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
      return all.slice(0, limit);
    },
  }),
  "lists the newest members": ({ members }) => ({
    members: async (topic, limit) => (await members(topic)).slice(limit === undefined ? 0 : -limit),
  }),
  "lists a hundred members": ({ members }) => ({
    members: (topic, limit = 100) => members(topic, Math.min(limit, 100)),
  }),
  "shows the newest connection first": withMember(({ connectionIds, ...member }) => ({
    ...member,
    connectionIds: connectionIds.toReversed(),
  })),
};
