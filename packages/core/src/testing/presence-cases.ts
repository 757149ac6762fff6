import assert from "node:assert/strict";
import type { PresenceStore } from "../contract/presence.ts";
import type { ContractCase } from "./contract-runner.ts";
import { oddTopics, range } from "./heard.ts";
import { oneNode, type StageFactory } from "./stage.ts";
import { counts, enter, present, Witness } from "./witness.ts";

type Case = ContractCase<StageFactory<PresenceStore>>;

/** Who is present, and what watchers are told. */
export const presenceCases: readonly Case[] = [
  oneNode("knows nobody on a topic that nobody has joined", async (store) => {
    assert.deepEqual(await present(store, "room"), []);
    assert.equal(await store.member("room", "anna"), undefined);
    assert.deepEqual(await counts(store, "room"), [0, 0]);
    await store.leave("room", "1");
  }),
  oneNode("shows a connection when join has resolved, until leave has", async (store) => {
    await store.join("room", { connectionId: "1", memberId: "anna", data: { name: "Anna" } });
    assert.deepEqual(await present(store, "room"), [["anna", ["1"]]]);
    assert.deepEqual(await counts(store, "room"), [1, 1]);
    const member = await store.member("room", "anna");
    assert.deepEqual(member?.data, { name: "Anna" });
    assert.deepEqual([member?.memberId, [...(member?.connectionIds ?? [])]], ["anna", ["1"]]);
    assert.equal(await store.member("room", "1"), undefined);
    await store.leave("room", "1");
    assert.deepEqual(await present(store, "room"), []);
    assert.equal(await store.member("room", "anna"), undefined);
    assert.deepEqual(await counts(store, "room"), [0, 0]);
  }),
  oneNode("counts the connections of one member as one member", async (store) => {
    const witness = new Witness();
    await store.watch("room", witness.watch);
    for (const connectionId of ["1", "2", "3"]) {
      await store.join("room", { connectionId, memberId: "anna" });
    }
    await store.join("room", { connectionId: "4", memberId: "ben" });
    assert.deepEqual(await present(store, "room"), [
      ["anna", ["1", "2", "3"]],
      ["ben", ["4"]],
    ]);
    assert.deepEqual(await counts(store, "room"), [2, 4]);
    await store.leave("room", "1");
    await store.leave("room", "3");
    assert.deepEqual(await present(store, "room"), [
      ["anna", ["2"]],
      ["ben", ["4"]],
    ]);
    await store.leave("room", "2");
    await enter(store, "room", "end");
    const told = await witness.until("join end");
    assert.deepEqual(told, ["join anna", "join ben", "leave anna", "join end"]);
  }),
  oneNode("tells watchers the topic and the data", async (store) => {
    const witness = new Witness();
    await store.watch("räume/7", witness.watch);
    const data = { name: "Ännchen 🛞", list: [1, null, true], nested: { empty: "" } };
    await store.join("räume/7", { connectionId: "1", memberId: "anna", data });
    await store.leave("räume/7", "1");
    for (const kind of ["join", "leave"]) {
      const change = await witness.next();
      assert.deepEqual([change.topic, change.kind, change.memberId], ["räume/7", kind, "anna"]);
      assert.deepEqual(change.data, data);
    }
  }),
  oneNode("carries data as it is", async (store) => {
    const witness = new Witness();
    await store.watch("room", witness.watch);
    const all = [undefined, null, "", "text", 0, 1.5, false, [], {}, "x".repeat(10_000)];
    for (const [index, data] of all.entries()) {
      const memberId = `member ${index}`;
      await enter(store, "room", memberId, data);
      assert.deepEqual((await store.member("room", memberId))?.data, data);
      assert.deepEqual((await witness.next()).data, data);
    }
    const members = await store.members("room");
    assert.deepEqual(
      members.map(({ data }) => data),
      all,
    );
  }),
  oneNode("replaces the data when a connection joins again", async (store) => {
    const witness = new Witness();
    await store.watch("room", witness.watch);
    await enter(store, "room", "anna", "first");
    await enter(store, "room", "ben");
    await enter(store, "room", "anna", "second");
    assert.deepEqual(await present(store, "room"), [
      ["anna", ["anna"]],
      ["ben", ["ben"]],
    ]);
    assert.deepEqual(await counts(store, "room"), [2, 2]);
    assert.equal((await store.member("room", "anna"))?.data, "second");
    await store.leave("room", "anna");
    assert.deepEqual(await witness.until("leave anna"), ["join anna", "join ben", "leave anna"]);
    assert.equal(await store.member("room", "anna"), undefined);
  }),
  oneNode("shows the data of a member's newest connection", async (store) => {
    const witness = new Witness();
    await store.watch("room", witness.watch);
    const join = (connectionId: string, data?: string) =>
      store.join("room", { connectionId, memberId: "anna", ...(data && { data }) });
    const shown = async () => {
      const [listed] = await store.members("room");
      const member = await store.member("room", "anna");
      assert.deepEqual(member?.data, listed?.data);
      return member?.data;
    };
    await join("1", "one");
    await join("2", "two");
    assert.equal(await shown(), "two");
    // It is not newer for having joined again.
    await join("1", "another one");
    assert.equal(await shown(), "two");
    await join("3");
    assert.equal(await shown(), undefined);
    await store.leave("room", "3");
    assert.equal(await shown(), "two");
    await store.leave("room", "2");
    assert.equal(await shown(), "another one");
    await store.leave("room", "1");
    await witness.next();
    const { kind, data } = await witness.next();
    assert.deepEqual([kind, data], ["leave", "another one"]);
  }),
  oneNode("lists members in the order in which they joined", async (store) => {
    for (const memberId of ["c", "a", "d", "b"]) await enter(store, "room", memberId);
    await store.join("room", { connectionId: "a2", memberId: "a" });
    await store.leave("room", "c");
    await store.leave("room", "a");
    await enter(store, "room", "c");
    const wanted = [
      ["a", ["a2"]],
      ["d", ["d"]],
      ["b", ["b"]],
      ["c", ["c"]],
    ];
    assert.deepEqual(await present(store, "room"), wanted);
    for (const limit of range(1, 5)) {
      assert.deepEqual(await present(store, "room", limit), wanted.slice(0, limit));
    }
  }),
  oneNode("lists a few hundred members in order", async (store) => {
    const ids = range(1, 300).map((index) => `member ${index}`);
    for (const memberId of ids) await enter(store, "room", memberId);
    const members = await store.members("room");
    assert.deepEqual(
      members.map(({ memberId }) => memberId),
      ids,
    );
    assert.deepEqual(await counts(store, "room"), [300, 300]);
  }),
  oneNode("tells a watcher what comes after watch and before unwatch", async (store) => {
    const [early, late, stayed] = [new Witness(), new Witness(), new Witness()];
    await store.watch("room", early.watch);
    await store.watch("room", stayed.watch);
    await enter(store, "room", "anna");
    await early.until("join anna");
    await store.unwatch("room", early.watch);
    await enter(store, "room", "ben");
    await store.watch("room", late.watch);
    await store.leave("room", "anna");
    assert.deepEqual(await stayed.until("leave anna"), ["join anna", "join ben", "leave anna"]);
    assert.deepEqual(await late.until("leave anna"), ["leave anna"]);
    assert.deepEqual(early.told, ["join anna"]);
    await store.watch("room", early.watch);
    await store.leave("room", "ben");
    assert.deepEqual(await early.until("leave ben"), ["join anna", "leave ben"]);
  }),
  oneNode("does not mind unwatching what is not watched", async (store) => {
    await store.unwatch("nowhere", new Witness().watch);
  }),
  oneNode("keeps topics with odd characters apart", async (store) => {
    const witnesses = oddTopics.map(() => new Witness());
    for (const [index, topic] of oddTopics.entries()) {
      await store.watch(topic, witnesses[index]?.watch ?? assert.fail());
    }
    // The same connection and member everywhere, except for one that names the topic.
    for (const topic of oddTopics) await enter(store, topic, "anna");
    for (const topic of oddTopics) await enter(store, topic, topic);
    for (const topic of oddTopics) {
      assert.deepEqual(await present(store, topic), [
        ["anna", ["anna"]],
        [topic, [topic]],
      ]);
    }
    for (const topic of oddTopics) await store.leave(topic, "anna");
    for (const [index, topic] of oddTopics.entries()) {
      const told = await witnesses[index]?.until("leave anna");
      assert.deepEqual(told, ["join anna", `join ${topic}`, "leave anna"]);
      assert.deepEqual(await present(store, topic), [[topic, [topic]]]);
      assert.equal((await store.member(topic, topic))?.memberId, topic);
    }
  }),
  oneNode("keeps members and connections with odd characters apart", async (store) => {
    for (const memberId of oddTopics) await enter(store, "room", memberId);
    assert.deepEqual(
      await present(store, "room"),
      oddTopics.map((id) => [id, [id]]),
    );
    for (const id of oddTopics) await store.leave("room", id);
    assert.deepEqual(await counts(store, "room"), [0, 0]);
  }),
];
