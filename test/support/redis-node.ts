import { RedisBroker, type RedisBrokerOptions } from "@windlass/broker-redis";
import type { Publication } from "@windlass/core";
import { MemoryLogger } from "./memory-logger.ts";

let lastNode = 0;

/** A broker that is open, with what it was told and has logged. */
export interface RedisNode {
  readonly broker: RedisBroker;
  readonly log: MemoryLogger;
  /** Topics of which it could not make good what was missed. */
  readonly gaps: string[];
}

/** Opens a broker as a node of its own. */
export async function openNode(options: RedisBrokerOptions): Promise<RedisNode> {
  const log = new MemoryLogger();
  const gaps: string[] = [];
  const broker = new RedisBroker(options);
  lastNode += 1;
  const nodeId = `node-${process.pid}-${lastNode}`;
  await broker.open({ nodeId, log, onGap: (topic) => void gaps.push(topic) });
  return { broker, log, gaps };
}

/** Publications in the order in which a listener heard them. */
export class HeardPublications {
  readonly all: Publication[] = [];
  readonly #waiting = new Set<() => void>();

  readonly listen = (publication: Publication): void => {
    this.all.push(publication);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  };

  get texts(): string[] {
    return this.all.map(({ data }) => String(data));
  }

  /** Resolves when this has been heard. */
  async until(text: string): Promise<string[]> {
    while (!this.all.some(({ data }) => data === text)) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    return this.texts;
  }
}
