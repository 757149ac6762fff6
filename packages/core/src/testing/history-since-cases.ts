import assert from "node:assert/strict";
import type { HistoryBroker, HistoryPage, HistoryQuery } from "../contract/broker.ts";
import type { Position } from "../contract/publication.ts";
import type { ContractCase } from "./contract-runner.ts";
import { Heard, keep, positionOf, range } from "./heard.ts";
import { publishUpTo, textsOf } from "./history-cases.ts";
import { oneNode, type StageFactory } from "./stage.ts";

type Case = ContractCase<StageFactory<HistoryBroker>>;

async function stand(broker: HistoryBroker): Promise<Position> {
  return positionOf(await broker.history("news"));
}

/** What comes after a position is not known: the page says why, and holds nothing that could be taken for it. */
function assertGap(page: HistoryPage, gap: HistoryPage["gap"]): void {
  assert.equal(page.gap, gap);
  assert.deepEqual(textsOf(page), []);
}

/** Queries of a history, at every boundary. */
export const historySinceCases: readonly Case[] = [
  oneNode("answers what came after a position", async (broker) => {
    await publishUpTo(broker, 5);
    const { epoch } = await stand(broker);
    for (const offset of range(0, 5)) {
      const page = await broker.history("news", { since: { epoch, offset } });
      assert.deepEqual(textsOf(page), range(offset + 1, 5).map(String));
      assert.equal(page.gap, undefined);
      assert.deepEqual({ ...page.position }, { epoch, offset: 5 });
    }
  }),
  oneNode("says `trimmed` when the history does not reach back so far", async (broker) => {
    await publishUpTo(broker, 10, keep(4));
    const { epoch } = await stand(broker);
    // 7 to 10 are kept: who has 6 misses nothing, who has 5 misses 6.
    for (const offset of range(0, 5)) {
      assertGap(await broker.history("news", { since: { epoch, offset } }), "trimmed");
    }
    for (const offset of range(6, 10)) {
      const page = await broker.history("news", { since: { epoch, offset } });
      assert.deepEqual(textsOf(page), range(offset + 1, 10).map(String));
      assert.equal(page.gap, undefined);
    }
  }),
  oneNode("says `ahead` of a position that the topic has not reached", async (broker) => {
    await publishUpTo(broker, 3);
    const { epoch } = await stand(broker);
    for (const offset of [4, 5, 1_000_000]) {
      const page = await broker.history("news", { since: { epoch, offset } });
      assertGap(page, "ahead");
      assert.equal(page.position?.offset, 3);
    }
  }),
  oneNode("says `epoch` when the topic has begun anew", async (broker) => {
    await publishUpTo(broker, 3);
    const before = await stand(broker);
    await broker.forget("news");
    await publishUpTo(broker, 3);
    for (const offset of range(0, 5)) {
      const page = await broker.history("news", { since: { ...before, offset } });
      assertGap(page, "epoch");
      assert.deepEqual({ ...page.position }, { ...(await stand(broker)) });
    }
  }),
  oneNode("says `expired` when nothing is remembered", async (broker) => {
    await publishUpTo(broker, 3);
    const before = await stand(broker);
    await broker.forget("news");
    const page = await broker.history("news", { since: before });
    assertGap(page, "expired");
    assert.equal(page.position, undefined);
    const other = await broker.history("nowhere", { since: before });
    assertGap(other, "expired");
  }),
  oneNode("answers at most as many as are wanted", async (broker) => {
    await publishUpTo(broker, 6, keep(5));
    const { epoch } = await stand(broker);
    const queries: [HistoryQuery, number[]][] = [
      [{ limit: 1 }, [2]],
      [{ limit: 3 }, [2, 3, 4]],
      [{ limit: 5 }, [2, 3, 4, 5, 6]],
      [{ limit: 6 }, [2, 3, 4, 5, 6]],
      [{ limit: 2, since: { epoch, offset: 3 } }, [4, 5]],
      [{ limit: 2, since: { epoch, offset: 5 } }, [6]],
      [{ limit: 2, since: { epoch, offset: 6 } }, []],
      [{ isReversed: true }, [6, 5, 4, 3, 2]],
      [{ isReversed: true, limit: 1 }, [6]],
      [{ isReversed: true, limit: 2 }, [6, 5]],
      [{ isReversed: true, limit: 9 }, [6, 5, 4, 3, 2]],
      [{ isReversed: false, limit: 2 }, [2, 3]],
    ];
    for (const [query, wanted] of queries) {
      const page = await broker.history("news", query);
      assert.deepEqual(textsOf(page), wanted.map(String), JSON.stringify(query));
      assert.deepEqual({ ...page.position }, { epoch, offset: 6 });
      assert.equal(page.gap, undefined);
      for (const publication of page.publications) {
        assert.equal(String(positionOf(publication).offset), publication.data);
      }
    }
  }),
  oneNode("answers subscribe with where the topic stands", async (broker) => {
    await publishUpTo(broker, 3, keep(2));
    const heard = new Heard();
    const position = await broker.subscribe("news", heard.listen);
    assert.deepEqual({ ...position }, { ...(await stand(broker)) });
    assert.equal(position?.offset, 3);
    await broker.publish({ topic: "news", data: "4" }, { history: keep() });
    assert.deepEqual(await heard.untilOffset(4), [4]);
    const again = await broker.subscribe("news", heard.listen);
    assert.equal(again?.offset, 4);
  }),
  oneNode("hands over from the position to live without a gap or a double", async (broker) => {
    await publishUpTo(broker, 3);
    let published = 3;
    const publish = () => {
      published += 1;
      return broker.publish({ topic: "news", data: String(published) }, { history: keep() });
    };
    for (let round = 0; round < 10; round += 1) {
      const heard = new Heard();
      const before = [publish(), publish()];
      const subscribing = broker.subscribe("news", heard.listen);
      const after = [publish(), publish()];
      const position = await subscribing;
      // The position may be that of the last one: another one has to come to be heard.
      await Promise.all([...before, ...after, publish()]);
      assert.ok(position);
      assert.deepEqual(await heard.untilOffset(published), range(position.offset + 1, published));
      await broker.unsubscribe("news", heard.listen);
    }
  }),
];
