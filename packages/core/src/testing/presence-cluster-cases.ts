import assert from "node:assert/strict";
import type { MaybePromise } from "../contract/maybe-promise.ts";
import type { PresenceStore } from "../contract/presence.ts";
import type { ContractCase } from "./contract-runner.ts";
import { range } from "./heard.ts";
import { type StageFactory, twoNodes } from "./stage.ts";
import { counts, enter, present, Witness } from "./witness.ts";

type Case = ContractCase<StageFactory<PresenceStore>>;

/** One presence on several nodes. */
export const presenceClusterCases: readonly Case[] = [
  twoNodes("shows on every node who is present on any", async (first, second) => {
    const entry = { connectionId: "1", memberId: "anna", data: { name: "Anna" } };
    await first.join("room", entry);
    assert.deepEqual(await present(second, "room"), [["anna", ["1"]]]);
    assert.deepEqual((await second.member("room", "anna"))?.data, entry.data);
    await second.join("room", { connectionId: "2", memberId: "ben" });
    for (const node of [first, second]) {
      assert.deepEqual(await present(node, "room"), [
        ["anna", ["1"]],
        ["ben", ["2"]],
      ]);
      assert.deepEqual(await counts(node, "room"), [2, 2]);
    }
    await first.leave("room", "1");
    assert.deepEqual(await present(second, "room"), [["ben", ["2"]]]);
  }),
  twoNodes("counts the connections of a member on two nodes as one", async (first, second) => {
    const witnesses = [new Witness(), new Witness()] as const;
    await first.watch("room", witnesses[0].watch);
    await second.watch("room", witnesses[1].watch);
    await first.join("room", { connectionId: "1", memberId: "anna", data: "old" });
    await second.join("room", { connectionId: "2", memberId: "anna", data: "new" });
    assert.deepEqual(await present(first, "room"), [["anna", ["1", "2"]]]);
    assert.equal((await first.member("room", "anna"))?.data, "new");
    await first.leave("room", "1");
    await enter(first, "room", "between");
    await second.leave("room", "2");
    for (const witness of witnesses) {
      const told = await witness.until("leave anna");
      assert.deepEqual(told, ["join anna", "join between", "leave anna"]);
    }
  }),
  twoNodes("tells joins and leaves in turn, whatever happens at once", async (first, second) => {
    const witnesses = [new Witness(), new Witness()] as const;
    await first.watch("room", witnesses[0].watch);
    await second.watch("room", witnesses[1].watch);
    const comeAndGo = async (node: PresenceStore, connectionId: string) => {
      for (let round = 0; round < 20; round += 1) {
        await node.join("room", { connectionId, memberId: "anna" });
        await node.leave("room", connectionId);
      }
    };
    await Promise.all([comeAndGo(first, "1"), comeAndGo(second, "2"), comeAndGo(second, "3")]);
    assert.deepEqual(await counts(first, "room"), [0, 0]);
    await enter(first, "room", "end");
    const [told, other] = [
      await witnesses[0].until("join end"),
      await witnesses[1].until("join end"),
    ];
    const pairs = (told.length - 1) / 2;
    assert.ok(pairs >= 1);
    assert.deepEqual(told, [
      ...range(1, pairs).flatMap(() => ["join anna", "leave anna"]),
      "join end",
    ]);
    assert.deepEqual(other, told);
  }),
  twoNodes("lets the connections of a node leave when it closes", async (first, second, stage) => {
    const witness = new Witness();
    const own = new Witness();
    await first.watch("room", witness.watch);
    await second.watch("room", own.watch);
    await enter(first, "room", "stays", "data");
    await first.join("room", { connectionId: "1", memberId: "both", data: "first" });
    await second.join("room", { connectionId: "2", memberId: "both", data: "second" });
    await enter(second, "room", "goes", "last words");
    await enter(second, "other", "goes");
    await own.until("join goes");
    await stage.close(second);
    const told = await witness.until("leave goes");
    assert.deepEqual(told, ["join stays", "join both", "join goes", "leave goes"]);
    assert.deepEqual(await present(first, "room"), [
      ["stays", ["stays"]],
      ["both", ["1"]],
    ]);
    assert.equal((await first.member("room", "both"))?.data, "first");
    assert.deepEqual(await present(first, "other"), []);
    await enter(first, "room", "end");
    await witness.until("join end");
    // The node that closed may or may not have seen its own off, but nothing after that.
    assert.ok(!own.told.includes("join end"));
  }),
  twoNodes("tells the nodes apart that watch one topic", async (first, second) => {
    const [left, stayed] = [new Witness(), new Witness()];
    await first.watch("room", left.watch);
    await second.watch("room", stayed.watch);
    await first.unwatch("room", left.watch);
    await enter(first, "room", "anna");
    await enter(second, "room", "ben");
    assert.deepEqual(await stayed.until("join ben"), ["join anna", "join ben"]);
    assert.deepEqual(left.told, []);
  }),
];

/** What becomes of a node that has died. */
export function presenceDeathCases<Subject extends PresenceStore>(
  kill: (node: Subject) => MaybePromise<void>,
): readonly ContractCase<StageFactory<Subject>>[] {
  return [
    twoNodes("lets the connections of a dead node leave", async (first, second, stage) => {
      const witness = new Witness();
      await first.watch("room", witness.watch);
      await enter(first, "room", "stays");
      await first.join("room", { connectionId: "1", memberId: "both" });
      await second.join("room", { connectionId: "2", memberId: "both" });
      await enter(second, "room", "goes", "last words");
      await witness.until("join goes");
      stage.abandon(second);
      await kill(second);
      await stage.eventually("the dead node's connections have left", async () => {
        const [members, connections] = await counts(first, "room");
        return members === 2 && connections === 2;
      });
      assert.deepEqual(await present(first, "room"), [
        ["stays", ["stays"]],
        ["both", ["1"]],
      ]);
      const told = await witness.until("leave goes");
      assert.deepEqual(told, ["join stays", "join both", "join goes", "leave goes"]);
    }),
  ];
}
