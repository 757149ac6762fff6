import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import type { BrokerHost } from "../contract/broker.ts";
import { silentLogger } from "../contract/logger.ts";
import type { MaybePromise } from "../contract/maybe-promise.ts";
import type { ContractCase, ContractExemption } from "./contract-runner.ts";

/** What brokers and presence stores have in common. */
export interface StageNode {
  open(host: BrokerHost): Promise<void>;
  close(): Promise<void>;
}

/** What differs between implementations of a port that nodes share. */
export interface StageOptions<Node> {
  /**
   * Makes another node of the same cluster; the suite opens and closes it. Without it the cases about
   * several nodes are left out.
   */
  join?(first: Node): MaybePromise<Node>;
  /** Lets this many milliseconds pass for the node and its store. Default: waits for so long. */
  advance?(ms: number): MaybePromise<void>;
  /**
   * Counts what the node and its store keep for topics: records, keys, timers; 0 for a new one. Without it
   * the cases about memory are left out.
   */
  leftovers?(node: Node): MaybePromise<number>;
  /** Cases that this implementation does not fulfil. Default: none. */
  readonly skip?: readonly ContractExemption[];
}

/** Long enough for a store to let go of what has expired, short enough for a test runner's patience. */
const patienceMs = 4_000;
const stepMs = 20;
let lastNode = 0;

/** The nodes of one case: all of one cluster, opened, and closed when the case ends. */
export class Stage<Node extends StageNode> {
  /** Topics that a node was told it missed something of; nothing in the suites cuts a node off. */
  readonly gaps: string[] = [];
  readonly #create: () => MaybePromise<Node>;
  readonly #options: StageOptions<Node>;
  readonly #open: Node[] = [];
  #first: Node | undefined;

  constructor(create: () => MaybePromise<Node>, options: StageOptions<Node>) {
    this.#create = create;
    this.#options = options;
  }

  /** A node that is open. */
  async node(): Promise<Node> {
    const first = this.#first;
    if (first !== undefined) assert.ok(this.#options.join);
    const node = await (first === undefined ? this.#create() : this.#options.join?.(first));
    assert.ok(node);
    this.#first ??= node;
    return this.open(node);
  }

  /** Opens a node, which the stage closes at the end. */
  async open(node: Node): Promise<Node> {
    lastNode += 1;
    this.#open.push(node);
    await node.open({
      nodeId: `node-${lastNode}`,
      log: silentLogger,
      onGap: (topic) => void this.gaps.push(topic),
    });
    return node;
  }

  async close(node: Node): Promise<void> {
    this.abandon(node);
    await node.close();
  }

  /** The case has ended this node in a way of its own. */
  abandon(node: Node): void {
    const index = this.#open.indexOf(node);
    if (index >= 0) this.#open.splice(index, 1);
  }

  async end(): Promise<void> {
    for (const node of this.#open.splice(0).reverse()) await node.close();
  }

  async advance(ms: number): Promise<void> {
    if (this.#options.advance === undefined) await wait(ms);
    else await this.#options.advance(ms);
  }

  /** Lets time pass until something holds. */
  async eventually(what: string, holds: () => MaybePromise<boolean>): Promise<void> {
    const startedAtMs = performance.now();
    for (let ms = 0; ms < patienceMs; ms += stepMs) {
      if (await holds()) return;
      if (performance.now() - startedAtMs > patienceMs) break;
      await this.advance(stepMs);
    }
    assert.fail(`It never came true that ${what}.`);
  }

  async leftovers(node: Node): Promise<number> {
    return (await this.#options.leftovers?.(node)) ?? 0;
  }
}

/** Makes the stage of a case. */
export type StageFactory<Node extends StageNode> = () => Stage<Node>;

/** A case about one node. */
export function oneNode<Node extends StageNode>(
  name: string,
  prove: (node: Node, stage: Stage<Node>) => Promise<void>,
): ContractCase<StageFactory<Node>> {
  return onStage(name, async (stage) => prove(await stage.node(), stage));
}

/** A case about two nodes of one cluster. */
export function twoNodes<Node extends StageNode>(
  name: string,
  prove: (first: Node, second: Node, stage: Stage<Node>) => Promise<void>,
): ContractCase<StageFactory<Node>> {
  return onStage(name, async (stage) => prove(await stage.node(), await stage.node(), stage));
}

function onStage<Node extends StageNode>(
  name: string,
  prove: (stage: Stage<Node>) => Promise<void>,
): ContractCase<StageFactory<Node>> {
  return [
    name,
    async (create) => {
      const stage = create();
      try {
        await prove(stage);
      } finally {
        await stage.end();
      }
      assert.deepEqual(stage.gaps, [], "onGap was called though no node was cut off");
    },
  ];
}
