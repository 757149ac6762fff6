import assert from "node:assert/strict";
import type { PresenceStore } from "../contract/presence.ts";
import type { ContractCase } from "./contract-runner.ts";
import { range } from "./heard.ts";
import { oneNode, type StageFactory, twoNodes } from "./stage.ts";
import { enter, Witness } from "./witness.ts";

type Case = ContractCase<StageFactory<PresenceStore>>;

const topics = range(1, 50).map((index) => `room ${index}`);

/** That topics without members leave nothing behind. */
export const presenceLeftoverCases: readonly Case[] = [
  oneNode("keeps nothing of topics that everybody has left", async (store, stage) => {
    const { watch } = new Witness();
    const displace = { max: 1, onExcess: "displace" } as const;
    const refuse = { max: 1, onExcess: "refuse" } as const;
    for (const topic of topics) {
      await store.watch(topic, watch);
      await enter(store, topic, "anna", "data");
      await store.join(topic, { connectionId: "2", memberId: "anna" }, displace);
      await store.join(topic, { connectionId: "3", memberId: "anna" }, refuse);
    }
    assert.notEqual(await stage.leftovers(store), 0);
    for (const topic of topics) {
      await store.leave(topic, "2");
      await store.unwatch(topic, watch);
    }
    await stage.eventually("nothing is left", async () => (await stage.leftovers(store)) === 0);
  }),
];

export const presenceLeftoverClusterCases: readonly Case[] = [
  twoNodes("keeps nothing of a node that has closed", async (first, second, stage) => {
    const { watch } = new Witness();
    for (const topic of topics) {
      await second.watch(topic, watch);
      await enter(second, topic, "anna", "data");
    }
    await stage.close(second);
    await stage.eventually("nothing is left", async () => (await stage.leftovers(first)) === 0);
  }),
];
