import assert from "node:assert/strict";
import type { JoinOutcome, MemberLimit, PresenceStore } from "../contract/presence.ts";
import type { ContractCase } from "./contract-runner.ts";
import { range } from "./heard.ts";
import { oneNode, type StageFactory, twoNodes } from "./stage.ts";
import { counts, enter, present, Witness } from "./witness.ts";

type Case = ContractCase<StageFactory<PresenceStore>>;

/** Lets connections of "anna" join one after the other, and answers the last outcome. */
async function joinAll(
  store: PresenceStore,
  connectionIds: readonly string[],
  limit?: MemberLimit,
): Promise<readonly [boolean, string[]]> {
  let last: JoinOutcome | undefined;
  for (const connectionId of connectionIds) {
    const entry = { connectionId, memberId: "anna" };
    last = await (limit === undefined
      ? store.join("room", entry)
      : store.join("room", entry, limit));
  }
  assert.ok(last);
  return [last.isAdmitted, [...last.displaced]];
}

function refuse(max: number): MemberLimit {
  return { max, onExcess: "refuse" };
}

function displace(max: number): MemberLimit {
  return { max, onExcess: "displace" };
}

/** How many connections one member may have. */
export const presenceLimitCases: readonly Case[] = [
  oneNode("refuses connections beyond the limit", async (store) => {
    const witness = new Witness();
    await store.watch("room", witness.watch);
    assert.deepEqual(await joinAll(store, ["1", "2"], refuse(2)), [true, []]);
    assert.deepEqual(await joinAll(store, ["3"], refuse(2)), [false, []]);
    assert.deepEqual(await present(store, "room"), [["anna", ["1", "2"]]]);
    // One that was refused leaves nothing behind, and takes nobody with it.
    await store.leave("room", "3");
    assert.deepEqual(await counts(store, "room"), [1, 2]);
    await store.leave("room", "1");
    assert.deepEqual(await joinAll(store, ["3"], refuse(2)), [true, []]);
    assert.deepEqual(await present(store, "room"), [["anna", ["2", "3"]]]);
    await enter(store, "room", "end");
    assert.deepEqual(await witness.until("join end"), ["join anna", "join end"]);
  }),
  oneNode("displaces the oldest connections beyond the limit", async (store) => {
    const witness = new Witness();
    await store.watch("room", witness.watch);
    assert.deepEqual(await joinAll(store, ["1", "2"], displace(2)), [true, []]);
    assert.deepEqual(await joinAll(store, ["3"], displace(2)), [true, ["1"]]);
    assert.deepEqual(await present(store, "room"), [["anna", ["2", "3"]]]);
    // It closes later, which is of no consequence.
    await store.leave("room", "1");
    assert.deepEqual(await present(store, "room"), [["anna", ["2", "3"]]]);
    assert.deepEqual(await joinAll(store, ["1"], displace(2)), [true, ["2"]]);
    assert.deepEqual(await present(store, "room"), [["anna", ["3", "1"]]]);
    await enter(store, "room", "end");
    assert.deepEqual(await witness.until("join end"), ["join anna", "join end"]);
  }),
  oneNode("does not let a member leave whose only connection is displaced", async (store) => {
    const witness = new Witness();
    await store.watch("room", witness.watch);
    await enter(store, "room", "before");
    assert.deepEqual(await joinAll(store, ["1"], displace(1)), [true, []]);
    await enter(store, "room", "after");
    assert.deepEqual(await joinAll(store, ["2"], displace(1)), [true, ["1"]]);
    assert.deepEqual(await present(store, "room"), [
      ["before", ["before"]],
      ["anna", ["2"]],
      ["after", ["after"]],
    ]);
    await store.leave("room", "2");
    const told = await witness.until("leave anna");
    assert.deepEqual(told, ["join before", "join anna", "join after", "leave anna"]);
  }),
  oneNode("goes by the limit of the connection that comes", async (store) => {
    await joinAll(store, ["1", "2", "3", "4"]);
    assert.deepEqual(await joinAll(store, ["5"], refuse(2)), [false, []]);
    assert.deepEqual(await joinAll(store, ["5"], displace(2)), [true, ["1", "2", "3"]]);
    assert.deepEqual(await present(store, "room"), [["anna", ["4", "5"]]]);
  }),
  oneNode("takes a second join of a connection for no excess", async (store) => {
    for (const limit of [refuse(2), displace(2)]) {
      await joinAll(store, ["1", "2"], limit);
      assert.deepEqual(await joinAll(store, ["1"], limit), [true, []]);
      assert.deepEqual(await present(store, "room"), [["anna", ["1", "2"]]]);
    }
    await store.join("room", { connectionId: "2", memberId: "anna", data: "new" }, refuse(1));
    assert.deepEqual(await present(store, "room"), [["anna", ["1", "2"]]]);
    assert.equal((await store.member("room", "anna"))?.data, "new");
  }),
  oneNode("limits each member of each topic by itself", async (store) => {
    for (const topic of ["a", "b"]) {
      for (const memberId of ["anna", "ben"]) {
        const entry = { connectionId: `${memberId} 1`, memberId };
        const outcome = await store.join(topic, entry, refuse(1));
        assert.equal(outcome.isAdmitted, true);
        const more = { connectionId: `${memberId} 2`, memberId };
        assert.equal((await store.join(topic, more, refuse(1))).isAdmitted, false);
      }
    }
  }),
  oneNode("admits no more at once than one after the other", async (store) => {
    const outcomes = await Promise.all(
      range(1, 20).map((id) =>
        store.join("room", { connectionId: String(id), memberId: "anna" }, refuse(3)),
      ),
    );
    assert.equal(outcomes.filter(({ isAdmitted }) => isAdmitted).length, 3);
    assert.deepEqual(await counts(store, "room"), [1, 3]);
  }),
];

/** The same when connections come to two nodes. */
export const presenceLimitClusterCases: readonly Case[] = [
  twoNodes("refuses what is too much over all nodes, also at once", async (first, second) => {
    for (const round of range(1, 5)) {
      const topic = `room ${round}`;
      const joining = range(1, 10).flatMap((id) =>
        [first, second].map((node, index) =>
          node.join(topic, { connectionId: `${index} ${id}`, memberId: "anna" }, refuse(3)),
        ),
      );
      const outcomes = await Promise.all(joining);
      assert.equal(outcomes.filter(({ isAdmitted }) => isAdmitted).length, 3);
      for (const node of [first, second]) assert.deepEqual(await counts(node, topic), [1, 3]);
    }
  }),
  twoNodes("displaces connections of other nodes, also at once", async (first, second) => {
    const witness = new Witness();
    await second.watch("room", witness.watch);
    const ids = range(1, 10).flatMap((id) => [`0 ${id}`, `1 ${id}`]);
    const outcomes = await Promise.all(
      ids.map((connectionId) =>
        (connectionId.startsWith("0") ? first : second).join(
          "room",
          { connectionId, memberId: "anna" },
          displace(3),
        ),
      ),
    );
    assert.ok(outcomes.every(({ isAdmitted }) => isAdmitted));
    const displaced = outcomes.flatMap((outcome) => [...outcome.displaced]);
    const [member] = await present(first, "room");
    assert.equal(displaced.length, 17);
    assert.deepEqual([...displaced, ...(member?.[1] ?? [])].toSorted(), ids.toSorted());
    await enter(first, "room", "end");
    assert.deepEqual(await witness.until("join end"), ["join anna", "join end"]);
  }),
];
