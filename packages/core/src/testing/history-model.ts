import assert from "node:assert/strict";
import type { HistoryBroker, HistoryPage, HistoryQuery } from "../contract/broker.ts";
import type { Position, PublishPolicy, PublishReceipt } from "../contract/publication.ts";
import type { ContractCase } from "./contract-runner.ts";
import { Heard, keep, positionOf } from "./heard.ts";
import { textsOf } from "./history-cases.ts";
import { type Random, randomSeed, runRandomly } from "./random.ts";
import { oneNode, type Stage, type StageFactory } from "./stage.ts";

/** How much of it, and where it begins. */
export interface ModelRuns {
  readonly runs: number;
  readonly seed: number | undefined;
  readonly nodes: number;
}

const stepsOfRun = 40;

/** Random calls, one after the other, whose answers and deliveries must be those of a simple model. */
export function historyModelCase({
  runs,
  seed = randomSeed(),
  nodes,
}: ModelRuns): ContractCase<StageFactory<HistoryBroker>> {
  return oneNode("does what a simple model does", async (broker, stage) => {
    const all: HistoryBroker[] = [broker];
    while (all.length < nodes) all.push(await stage.node());
    await runRandomly(runs, seed, async (random, steps) => {
      const topics = ["a", "b"].map((name) => new ModelledTopic(`${name} ${random.number(1e9)}`));
      const [first, second] = topics;
      assert.ok(first && second);
      for (let step = 0; step < stepsOfRun; step += 1) {
        const node = random.number(all.length);
        const topic = random.pick([first, second]);
        const command = random.pick(commands);
        steps.push(`node ${node}, ${JSON.stringify(topic.name)}: ${command.name}`);
        await command(topic, all[node] ?? broker, random, `${node} ${step}`);
      }
      for (const topic of topics) await topic.checkDeliveries(all, stage);
    });
  });
}

type Command = (
  topic: ModelledTopic,
  node: HistoryBroker,
  random: Random,
  data: string,
) => Promise<void>;

const publishKept: Command = (topic, node, random, data) =>
  topic.publish(node, data, { history: keep(random.pick([2, 5])) });
const publishLoose: Command = (topic, node, _random, data) => topic.publish(node, data, {});
const publishOnce: Command = (topic, node, random, data) =>
  topic.publish(node, data, {
    history: keep(5),
    idempotency: { key: `${topic.forgotten} ${random.number(2)}`, windowMs: 3_600_000 },
  });
const readSince: Command = (topic, node, random) => topic.readSince(node, random);
const readNewest: Command = (topic, node, random) =>
  topic.read(node, { isReversed: true, limit: 1 + random.number(3) });
const readAll: Command = (topic, node) => topic.read(node, {});
const subscribe: Command = (topic, node) => topic.subscribe(node);
const unsubscribe: Command = (topic, node, random) => topic.unsubscribe(node, random);
const forget: Command = (topic, node) => topic.forget(node);

/** Those that happen more often stand here more often. */
const commands: readonly [Command, ...Command[]] = [
  publishKept,
  publishKept,
  publishKept,
  publishOnce,
  publishOnce,
  publishLoose,
  readSince,
  readSince,
  readSince,
  readNewest,
  readAll,
  subscribe,
  subscribe,
  unsubscribe,
  forget,
];

interface Kept {
  readonly data: string;
  readonly position: Position;
}

interface Subscription {
  readonly node: HistoryBroker;
  readonly heard: Heard;
  readonly wanted: string[];
}

/** One topic as it should be, and the checks that it is. */
class ModelledTopic {
  readonly name: string;
  /** How often it was forgotten: what becomes of its idempotency keys then is not in the contract. */
  forgotten = 0;
  #position: Position | undefined;
  #kept: Kept[] = [];
  readonly #positions: Position[] = [];
  readonly #keys = new Map<string, PublishReceipt>();
  #subscriptions: Subscription[] = [];

  constructor(name: string) {
    this.name = name;
  }

  async publish(node: HistoryBroker, data: string, policy: PublishPolicy): Promise<void> {
    const key = policy.idempotency?.key ?? "";
    const receipt = await node.publish({ topic: this.name, data }, policy);
    const earlier = this.#keys.get(key);
    assert.equal(receipt.isDuplicate, earlier !== undefined);
    if (earlier !== undefined) {
      assert.deepEqual({ ...receipt.position }, { ...earlier.position });
      return;
    }
    if (policy.idempotency !== undefined) this.#keys.set(key, receipt);
    for (const { wanted } of this.#subscriptions) wanted.push(data);
    if (policy.history === undefined) assert.equal(receipt.position, undefined);
    else this.#keep({ data, position: positionOf(receipt) }, policy.history.size);
  }

  #keep(kept: Kept, size: number): void {
    const { epoch, offset } = kept.position;
    assert.equal(offset, (this.#position?.offset ?? 0) + 1);
    if (this.#position !== undefined) assert.equal(epoch, this.#position.epoch);
    else assert.ok(!this.#positions.some((position) => position.epoch === epoch));
    this.#position = kept.position;
    this.#positions.push(kept.position);
    this.#kept = [...this.#kept, kept].slice(-size);
  }

  async readSince(node: HistoryBroker, random: Random): Promise<void> {
    const known = this.#positions[random.number(this.#positions.length + 1)];
    if (known === undefined) return;
    const since = { ...known, offset: Math.max(0, known.offset + random.number(4) - 2) };
    await this.read(node, random.number(2) === 0 ? { since } : { since, limit: 2 });
  }

  async read(node: HistoryBroker, query: HistoryQuery): Promise<void> {
    const page: HistoryPage = await node.history(this.name, query);
    const { since, isReversed, limit } = query;
    const gap = since && this.#gap(since);
    assert.equal(page.gap, gap, `the gap of ${JSON.stringify(query)}`);
    const from = since?.offset ?? 0;
    const wanted = this.#kept.filter(({ position }) => !gap && position.offset > from);
    if (isReversed) wanted.reverse();
    assert.deepEqual(
      page.publications.map(({ position }) => ({ ...position })),
      wanted.slice(0, limit).map(({ position }) => ({ ...position })),
    );
    assert.deepEqual(
      textsOf(page),
      wanted.slice(0, limit).map(({ data }) => data),
    );
    assert.deepEqual({ ...page.position }, { ...this.#position });
  }

  #gap({ epoch, offset }: Position): HistoryPage["gap"] {
    if (this.#position === undefined) return "expired";
    if (this.#position.epoch !== epoch) return "epoch";
    if (this.#position.offset < offset) return "ahead";
    return this.#position.offset - this.#kept.length > offset ? "trimmed" : undefined;
  }

  async subscribe(node: HistoryBroker): Promise<void> {
    const heard = new Heard();
    const position = await node.subscribe(this.name, heard.listen);
    assert.deepEqual({ ...position }, { ...this.#position });
    this.#subscriptions.push({ node, heard, wanted: [] });
  }

  async unsubscribe(node: HistoryBroker, random: Random): Promise<void> {
    const own = this.#subscriptions.filter((other) => other.node === node);
    const left = own[random.number(own.length + 1)];
    if (left === undefined) return;
    await node.unsubscribe(this.name, left.heard.listen);
    const { heard, wanted } = left;
    // What it had not heard yet, it does not hear any more.
    assertHeard(heard, wanted, "some");
    this.#subscriptions = this.#subscriptions.filter((other) => other !== left);
  }

  async forget(node: HistoryBroker): Promise<void> {
    await node.forget(this.name);
    this.#position = undefined;
    this.#kept = [];
    this.forgotten += 1;
  }

  async checkDeliveries(
    nodes: readonly HistoryBroker[],
    stage: Stage<HistoryBroker>,
  ): Promise<void> {
    const ends = nodes.map((_, index) => `${index} end`);
    for (const [index, node] of nodes.entries()) {
      await this.publish(node, ends[index] ?? "", {});
    }
    for (const { node, heard, wanted } of this.#subscriptions.splice(0)) {
      await stage.eventually("a listener has heard the last publications", () =>
        ends.every((end) => heard.data.includes(end)),
      );
      assertHeard(heard, wanted);
      await node.unsubscribe(this.name, heard.listen);
    }
    await this.forget(nodes[0] ?? assert.fail());
  }
}

/** Each publisher's in order; the model's texts begin with the number of their node. */
function assertHeard(heard: Heard, wanted: readonly string[], howMany: "all" | "some" = "all") {
  const texts = heard.data.map(String);
  for (const node of new Set([...texts, ...wanted].map(nodeOf))) {
    const seen = texts.filter((text) => nodeOf(text) === node);
    const own = wanted.filter((text) => nodeOf(text) === node);
    assert.deepEqual(seen, howMany === "all" ? own : own.slice(0, seen.length));
  }
}

function nodeOf(text: string): string {
  return text.slice(0, text.indexOf(" "));
}
