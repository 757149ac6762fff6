import type { HistoryBroker, HistoryPage, HistoryQuery } from "../contract/broker.ts";
import type { HistoryPolicy, Publication } from "../contract/publication.ts";
import type { Fault } from "./faults.test-helper.ts";

type Faults = Record<string, Fault<HistoryBroker>>;

/** Goes by another history policy than the one it is given. */
function withPolicy(change: (history: HistoryPolicy) => HistoryPolicy): Fault<HistoryBroker> {
  return ({ publish }) => ({
    publish: (publication, policy) =>
      publish(
        publication,
        policy?.history ? { ...policy, history: change(policy.history) } : policy,
      ),
  });
}

/** Publishes something else than it is given. */
function withPublication(change: (publication: Publication) => Publication): Fault<HistoryBroker> {
  return ({ publish }) => ({
    publish: (publication, policy) => publish(change(publication), policy),
  });
}

/** Answers another page than it should. */
function withPage(
  change: (page: HistoryPage, query: HistoryQuery) => HistoryPage,
): Fault<HistoryBroker> {
  return ({ history }) => ({
    history: async (topic, query = {}) => change(await history(topic, query), query),
  });
}

/** Asks another query than it is asked. */
function withQuery(change: (query: HistoryQuery) => HistoryQuery): Fault<HistoryBroker> {
  return ({ history }) => ({ history: (topic, query = {}) => history(topic, change(query)) });
}

export const publishFaults: Faults = {
  "skips offsets": ({ publish }) => {
    let calls = 0;
    return {
      async publish(publication, policy) {
        calls += 1;
        if (calls % 10 === 0) await publish(publication, policy);
        return publish(publication, policy);
      },
    };
  },
  "loses attributes": withPublication(({ topic, data }) => ({ topic, data })),
  "makes text of bytes": withPublication(({ data, ...rest }) => ({ ...rest, data: String(data) })),
  "mixes topics": withPublication(({ topic, ...rest }) => ({
    ...rest,
    topic: topic.slice(0, 200),
  })),
  "ignores the size": withPolicy((history) => ({ ...history, size: 1_000_000 })),
  "keeps two at least": withPolicy(({ size, ...rest }) => ({ ...rest, size: Math.max(2, size) })),
  "goes by the first size": ({ publish }) => {
    const sizes = new Map<string, number>();
    return {
      publish(publication, policy) {
        const { history } = policy ?? {};
        if (history === undefined) return publish(publication, policy);
        const size = sizes.get(publication.topic) ?? history.size;
        sizes.set(publication.topic, size);
        return publish(publication, { ...policy, history: { ...history, size } });
      },
    };
  },
  "keeps what has no policy": ({ publish }) => {
    const last = new Map<string, HistoryPolicy | undefined>();
    return {
      publish(publication, policy) {
        const history = policy?.history ?? last.get(publication.topic);
        last.set(publication.topic, history);
        return publish(publication, history ? { ...policy, history } : policy);
      },
    };
  },
  "answers a duplicate with where the topic stands": ({ publish, history }) => ({
    async publish(publication, policy) {
      const receipt = await publish(publication, policy);
      if (!receipt.isDuplicate) return receipt;
      const { position } = await history(publication.topic);
      return position === undefined ? { isDuplicate: true } : { isDuplicate: true, position };
    },
  }),
  "publishes what two nodes publish at once twice": ({ publish }) => {
    const seen = new Set<string>();
    return {
      async publish(publication, policy) {
        const key = policy?.idempotency?.key;
        if (key === undefined || seen.has(key)) return publish(publication, policy);
        seen.add(key);
        return publish(publication, {
          ...policy,
          idempotency: { key: `${key}${Math.random()}`, windowMs: 1 },
        });
      },
    };
  },
  "delivers without a position": ({ subscribe }) => ({
    subscribe: (topic, listener) =>
      subscribe(topic, ({ position: _position, ...publication }) => listener(publication)),
  }),
  "delivers out of order": ({ subscribe }) => ({
    subscribe(topic, listener) {
      let held: Publication | undefined;
      return subscribe(topic, (publication) => {
        if (publication.position?.offset === 7) held = publication;
        else listener(publication);
        if (publication.position?.offset === 8 && held !== undefined) listener(held);
      });
    },
  }),
};

export const historyFaults: Faults = {
  "knows topics that nothing was published to": withPage(({ position, ...page }) => ({
    ...page,
    position: position ?? { epoch: "", offset: 0 },
  })),
  "answers with the newest first": withPage(({ publications, ...page }) => ({
    ...page,
    publications: publications.toReversed(),
  })),
  "answers with the publication that it was given": ({ publish, history }) => {
    const given = new Map<string, Publication["data"]>();
    return {
      async publish(publication, policy) {
        const receipt = await publish(publication, policy);
        if (receipt.position && !receipt.isDuplicate) {
          given.set(JSON.stringify(receipt.position), publication.data);
        }
        return receipt;
      },
      async history(topic, query) {
        const { publications, ...page } = await history(topic, query);
        const original = (publication: Publication) =>
          given.get(JSON.stringify(publication.position)) ?? publication.data;
        return {
          ...page,
          publications: publications.map((one) => ({ ...one, data: original(one) })),
        };
      },
    };
  },
  "answers from the position on": withQuery((query) =>
    query.since
      ? { ...query, since: { ...query.since, offset: Math.max(0, query.since.offset - 1) } }
      : query,
  ),
  "hides that it does not reach back": withPage(({ gap, ...page }) =>
    gap === undefined || gap === "trimmed" ? page : { ...page, gap },
  ),
  "takes a position that is ahead for the last one": withPage(({ gap, ...page }) =>
    gap === undefined || gap === "ahead" ? page : { ...page, gap },
  ),
  "does not look at the epoch": ({ history }) => ({
    async history(topic, query = {}) {
      const { position } = await history(topic);
      const { since } = query;
      if (since === undefined || position === undefined) return history(topic, query);
      return history(topic, { ...query, since: { ...position, offset: since.offset } });
    },
  }),
  "says nothing of what it has forgotten": withPage(({ gap, ...page }) =>
    gap === undefined || gap === "expired" ? page : { ...page, gap },
  ),
  "answers what is left beyond a gap": ({ history }) => ({
    async history(topic, query) {
      const page = await history(topic, query);
      return page.gap === undefined ? page : { ...(await history(topic)), gap: page.gap };
    },
  }),
  "ignores the limit": withQuery(({ limit: _limit, ...query }) => query),
  "reverses before it limits": ({ history }) => ({
    async history(topic, query = {}) {
      const page = await history(topic, { ...query, isReversed: false });
      if (query.isReversed !== true) return page;
      return { ...page, publications: page.publications.toReversed() };
    },
  }),
  "says where the page ends, not the topic": withPage((page) => {
    const position = page.publications.at(-1)?.position ?? page.position;
    return { ...page, position };
  }),
};

export const timeFaults: Faults = {
  "answers what has expired": withPolicy((history) => ({ ...history, ttlMs: 3_600_000 })),
  "forgets the position with the last publication": withPolicy((history) => ({
    ...history,
    positionTtlMs: history.ttlMs,
  })),
  "remembers positions for ever": withPolicy((history) => ({ ...history, positionTtlMs: 1e9 })),
  "lets everything expire with the oldest": ({ history, publish, forget }) => {
    const kept = new Map<string, number>();
    return {
      async publish(publication, policy) {
        const receipt = await publish(publication, policy);
        if (policy?.history) kept.set(publication.topic, (kept.get(publication.topic) ?? 0) + 1);
        return receipt;
      },
      async history(topic, query) {
        const page = await history(topic);
        if (page.publications.length >= (kept.get(topic) ?? 0)) return history(topic, query);
        await forget(topic);
        return history(topic, query);
      },
    };
  },
  "does not forget": () => ({ forget: async () => {} }),
  "forgets everything at once": (node) => {
    const topics = new Set<string>();
    return {
      publish(publication, policy) {
        topics.add(publication.topic);
        return node.publish(publication, policy);
      },
      async forget() {
        for (const topic of topics) await node.forget(topic);
      },
    };
  },
  "keeps the position of what it forgets": ({ forget, history }) => {
    const positions = new Map<string, HistoryPage["position"]>();
    return {
      async forget(topic) {
        positions.set(topic, (await history(topic)).position);
        await forget(topic);
      },
      async history(topic, query) {
        const page = await history(topic, query);
        return { ...page, position: page.position ?? positions.get(topic) };
      },
    };
  },
  "fails to forget what it does not know": ({ forget, history }) => ({
    async forget(topic) {
      if ((await history(topic)).position === undefined) throw new Error("unknown");
      await forget(topic);
    },
  }),
  "keeps listeners for ever": () => ({ unsubscribe: async () => {} }),
};

export const handoverFaults: Faults = {
  "does not say where a topic stands": ({ subscribe }) => ({
    subscribe: async (topic, listener) => void (await subscribe(topic, listener)),
  }),
  "begins to listen before the position": ({ subscribe, history }) => ({
    async subscribe(topic, listener) {
      await subscribe(topic, listener);
      return (await history(topic)).position;
    },
  }),
  "begins to listen after the position": ({ subscribe, history }) => ({
    async subscribe(topic, listener) {
      const { position } = await history(topic);
      await subscribe(topic, listener);
      return position;
    },
  }),
};

export const clusterFaults: Faults = {
  "takes what a node has published along": (node) => {
    const topics = new Set<string>();
    return {
      publish(publication, policy) {
        topics.add(publication.topic);
        return node.publish(publication, policy);
      },
      async close() {
        for (const topic of topics) await node.forget(topic);
        await node.close();
      },
    };
  },
};
