import assert from "node:assert/strict";
import type { MemberLimit, PresenceEntry, PresenceStore } from "../contract/presence.ts";
import type { ContractCase } from "./contract-runner.ts";
import type { ModelRuns } from "./history-model.ts";
import { type Random, randomSeed, runRandomly } from "./random.ts";
import { oneNode, type StageFactory } from "./stage.ts";
import { counts, present, Witness } from "./witness.ts";

const stepsOfRun = 40;
const limits: readonly [undefined, ...(MemberLimit | undefined)[]] = [
  undefined,
  { max: 1, onExcess: "refuse" },
  { max: 2, onExcess: "refuse" },
  { max: 1, onExcess: "displace" },
  { max: 2, onExcess: "displace" },
];

/** Random calls, one after the other, whose outcomes and changes must be those of a simple model. */
export function presenceModelCase({
  runs,
  seed = randomSeed(),
  nodes,
}: ModelRuns): ContractCase<StageFactory<PresenceStore>> {
  return oneNode("does what a simple model does", async (store, stage) => {
    const all = [store];
    while (all.length < nodes) all.push(await stage.node());
    await runRandomly(runs, seed, async (random, steps) => {
      const [first, second] = [
        new ModelledRoom(`a ${random.number(1e9)}`),
        new ModelledRoom(`b ${random.number(1e9)}`),
      ];
      for (const room of [first, second]) await room.watch(all);
      for (let step = 0; step < stepsOfRun; step += 1) {
        await takeStep(random.pick([first, second]), all, random, steps);
      }
      for (const room of [first, second]) await room.end(all);
    });
  });
}

/** Connections have the member and the node that their number says. */
async function takeStep(
  room: ModelledRoom,
  nodes: readonly PresenceStore[],
  random: Random,
  steps: string[],
): Promise<void> {
  const number = random.number(9);
  const connectionId = String(number);
  const node = nodeOf(connectionId, nodes);
  if (random.number(3) === 0) {
    steps.push(`${room.topic}: leave ${connectionId}`);
    await room.leave(node, connectionId);
  } else {
    const limit = random.pick(limits);
    const entry = { connectionId, memberId: `m${number % 3}`, data: random.number(100) };
    steps.push(`${room.topic}: join ${JSON.stringify({ ...entry, limit })}`);
    await room.join(node, entry, limit);
  }
  await room.check(nodes[random.number(nodes.length)] ?? assert.fail(), random);
}

/** One topic as it should be, and the checks that it is. */
class ModelledRoom {
  readonly topic: string;
  readonly #changes: string[] = [];
  readonly #witnesses = new Map<PresenceStore, Witness>();
  /** In order, as are their connections. */
  #members: { readonly memberId: string; readonly entries: PresenceEntry[] }[] = [];

  constructor(topic: string) {
    this.topic = topic;
  }

  async join(node: PresenceStore, entry: PresenceEntry, limit?: MemberLimit): Promise<void> {
    const outcome = await (limit === undefined
      ? node.join(this.topic, entry)
      : node.join(this.topic, entry, limit));
    const { memberId, connectionId } = entry;
    let member = this.#members.find((other) => other.memberId === memberId);
    const entries = member?.entries ?? [];
    const known = entries.findIndex((other) => other.connectionId === connectionId);
    if (known >= 0) entries[known] = entry;
    const excess = known >= 0 ? 0 : entries.length + 1 - (limit?.max ?? Number.POSITIVE_INFINITY);
    const isAdmitted = excess <= 0 || limit?.onExcess === "displace";
    const displaced = isAdmitted ? entries.splice(0, Math.max(0, excess)) : [];
    assert.equal(outcome.isAdmitted, isAdmitted);
    assert.deepEqual(
      [...outcome.displaced],
      displaced.map((other) => other.connectionId),
    );
    if (!isAdmitted || known >= 0) return;
    if (member === undefined) {
      member = { memberId, entries };
      this.#members.push(member);
      this.#changes.push(`join ${memberId}`);
    }
    entries.push(entry);
  }

  async leave(node: PresenceStore, connectionId: string): Promise<void> {
    await node.leave(this.topic, connectionId);
    for (const { memberId, entries } of this.#members) {
      const index = entries.findIndex((entry) => entry.connectionId === connectionId);
      if (index < 0) continue;
      entries.splice(index, 1);
      if (entries.length === 0) this.#changes.push(`leave ${memberId}`);
    }
    this.#members = this.#members.filter(({ entries }) => entries.length > 0);
  }

  async check(node: PresenceStore, random: Random): Promise<void> {
    const wanted = this.#members.map(({ memberId, entries }) => [
      memberId,
      entries.map(({ connectionId }) => connectionId),
    ]);
    const limit = random.number(5);
    if (limit === 0) assert.deepEqual(await present(node, this.topic), wanted);
    else assert.deepEqual(await present(node, this.topic, limit), wanted.slice(0, limit));
    const connections = this.#members.flatMap(({ entries }) => entries).length;
    assert.deepEqual(await counts(node, this.topic), [this.#members.length, connections]);
    const memberId = `m${random.number(3)}`;
    const entries = this.#members.find((other) => other.memberId === memberId)?.entries;
    const seen = await node.member(this.topic, memberId);
    assert.deepEqual(seen?.data, entries?.at(-1)?.data);
    assert.deepEqual(
      seen && [...seen.connectionIds],
      entries?.map(({ connectionId }) => connectionId),
    );
  }

  async watch(nodes: readonly PresenceStore[]): Promise<void> {
    for (const node of nodes) {
      const witness = new Witness();
      this.#witnesses.set(node, witness);
      await node.watch(this.topic, witness.watch);
    }
  }

  /** Everybody leaves, and at last one who joins to say so; what watchers were told is compared. */
  async end(nodes: readonly PresenceStore[]): Promise<void> {
    for (const { connectionId } of this.#members.flatMap(({ entries }) => [...entries])) {
      await this.leave(nodeOf(connectionId, nodes), connectionId);
    }
    const [first] = nodes;
    assert.ok(first);
    await this.join(first, { connectionId: "end", memberId: "end" });
    await this.leave(first, "end");
    for (const [node, witness] of this.#witnesses) {
      await witness.until("leave end");
      assert.deepEqual(witness.told, this.#changes);
      await node.unwatch(this.topic, witness.watch);
    }
  }
}

function nodeOf(connectionId: string, nodes: readonly PresenceStore[]): PresenceStore {
  return nodes[Number(connectionId) % nodes.length] ?? assert.fail();
}
