import type { PresenceChange, PresenceMember } from "../contract/presence.ts";
import { type PresenceFaults, withChange, withJoin } from "./presence-faults.test-helper.ts";

export const watchFaults: PresenceFaults = {
  "forgets the data of who leaves": withChange(({ data, ...change }) =>
    change.kind === "join" ? { ...change, data } : change,
  ),
  "tells every topic as its own": withChange((change) => ({ ...change, topic: "room" })),
  "tells no leave": withChange((change) => (change.kind === "join" ? change : undefined)),
  "tells everything twice": ({ watch, unwatch }) => {
    const seconds = new Map<unknown, (change: PresenceChange) => void>();
    return {
      async watch(topic, listener) {
        const second = (change: PresenceChange) => listener(change);
        seconds.set(listener, second);
        await watch(topic, listener);
        await watch(topic, second);
      },
      async unwatch(topic, listener) {
        await unwatch(topic, listener);
        await unwatch(topic, seconds.get(listener) ?? listener);
      },
    };
  },
  "tells watchers what was before": ({ watch, members }) => ({
    async watch(topic, listener) {
      for (const { memberId } of await members(topic)) listener({ topic, kind: "join", memberId });
      await watch(topic, listener);
    },
  }),
  "tells watchers for ever": () => ({ unwatch: async () => {} }),
  "fails to unwatch what is not watched": ({ watch, unwatch }) => {
    const watched = new Set<string>();
    return {
      watch(topic, listener) {
        watched.add(topic);
        return watch(topic, listener);
      },
      async unwatch(topic, listener) {
        if (!watched.has(topic)) throw new Error("not watched");
        await unwatch(topic, listener);
      },
    };
  },
  "lets a topic go for all when one does": ({ watch, unwatch }) => {
    const listeners = new Map<string, ((change: PresenceChange) => void)[]>();
    return {
      watch(topic, listener) {
        listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
        return watch(topic, listener);
      },
      async unwatch(topic) {
        for (const listener of listeners.get(topic) ?? []) await unwatch(topic, listener);
      },
    };
  },
};

export const limitFaults: PresenceFaults = {
  "knows no limits": withJoin((topic, entry) => [topic, entry, undefined]),
  "admits one too many": withJoin((topic, entry, limit) => [
    topic,
    entry,
    limit && { ...limit, max: limit.max + 1 },
  ]),
  "refuses instead of displacing": withJoin((topic, entry, limit) => [
    topic,
    entry,
    limit && { ...limit, onExcess: "refuse" },
  ]),
  "displaces instead of refusing": withJoin((topic, entry, limit) => [
    topic,
    entry,
    limit && { ...limit, onExcess: "displace" },
  ]),
  "displaces one only": ({ join, member }) => ({
    async join(topic, entry, limit) {
      const size = (await member(topic, entry.memberId))?.connectionIds.length ?? 0;
      return join(topic, entry, limit && { ...limit, max: Math.max(limit.max, size) });
    },
  }),
  "takes a second join for excess": ({ join, member }) => ({
    async join(topic, entry, limit) {
      const size = (await member(topic, entry.memberId))?.connectionIds.length ?? 0;
      if (limit?.onExcess === "refuse" && size >= limit.max) {
        return { isAdmitted: false, displaced: [] };
      }
      return join(topic, entry, limit);
    },
  }),
  "limits all members together": ({ join, count }) => ({
    async join(topic, entry, limit) {
      const { connections } = await count(topic);
      if (limit?.onExcess === "refuse" && connections >= limit.max) {
        return { isAdmitted: false, displaced: [] };
      }
      return join(topic, entry, limit);
    },
  }),
  "counts before it admits": ({ join, member }) => ({
    async join(topic, entry, limit) {
      const known = (await member(topic, entry.memberId))?.connectionIds ?? [];
      if (limit?.onExcess !== "refuse" || known.includes(entry.connectionId)) {
        return join(topic, entry, limit);
      }
      if (known.length >= limit.max) return { isAdmitted: false, displaced: [] };
      return join(topic, entry);
    },
  }),
  "lets the displaced leave first": ({ join, leave, member }) => ({
    async join(topic, entry, limit) {
      const known = (await member(topic, entry.memberId))?.connectionIds ?? [];
      if (limit?.onExcess !== "displace" || known.includes(entry.connectionId)) {
        return join(topic, entry, limit);
      }
      const displaced = known.slice(0, Math.max(0, known.length + 1 - limit.max));
      for (const connectionId of displaced) await leave(topic, connectionId);
      return { ...(await join(topic, entry)), displaced };
    },
  }),
  "takes a member along with a refused connection": ({ join, leave, members }) => {
    const refused = new Map<string, string>();
    return {
      async join(topic, entry, limit) {
        const outcome = await join(topic, entry, limit);
        if (!outcome.isAdmitted) refused.set(entry.connectionId, entry.memberId);
        else refused.delete(entry.connectionId);
        return outcome;
      },
      async leave(topic, connectionId) {
        const memberId = refused.get(connectionId);
        const all = await members(topic);
        const owner = all.find((member) => member.memberId === memberId);
        for (const id of owner?.connectionIds ?? [connectionId]) await leave(topic, id);
      },
    };
  },
};

export const clusterFaults: PresenceFaults = {
  "leaves its connections behind": (node) => ({
    close: async () => {},
    unwatch: node.unwatch,
  }),
  "shows the members of this node only": ({ join, members, count, member }) => {
    const own = new Set<string>();
    const isOwn = ({ connectionIds }: PresenceMember) => connectionIds.some((id) => own.has(id));
    return {
      join(topic, entry, limit) {
        own.add(entry.connectionId);
        return join(topic, entry, limit);
      },
      members: async (topic, limit) => (await members(topic, limit)).filter(isOwn),
      async member(topic, memberId) {
        const seen = await member(topic, memberId);
        return seen && isOwn(seen) ? seen : undefined;
      },
      count,
    };
  },
  "tells changes of this node only": ({ join, leave, watch }) => {
    let isOwn = false;
    return {
      join(topic, entry, limit) {
        isOwn = true;
        const outcome = join(topic, entry, limit);
        isOwn = false;
        return outcome;
      },
      leave(topic, connectionId) {
        isOwn = true;
        const left = leave(topic, connectionId);
        isOwn = false;
        return left;
      },
      watch: (topic, listener) =>
        watch(topic, (change) => {
          if (isOwn) listener(change);
        }),
    };
  },
  "tells each node's joins and leaves": ({ join, leave, member, watch }) => {
    const listeners: ((change: PresenceChange) => void)[] = [];
    const own = new Map<string, string>();
    return {
      watch(topic, listener) {
        listeners.push(listener);
        return watch(topic, listener);
      },
      async join(topic, entry, limit) {
        const { memberId } = entry;
        const seen = await member(topic, memberId);
        const isFirst = seen && ![...own.values()].includes(memberId);
        own.set(entry.connectionId, memberId);
        const outcome = await join(topic, entry, limit);
        if (isFirst) for (const tell of listeners) tell({ topic, kind: "join", memberId });
        return outcome;
      },
      leave(topic, connectionId) {
        own.delete(connectionId);
        return leave(topic, connectionId);
      },
    };
  },
};
