import { eachOf } from "../feed/each-of.ts";
import type { Commander } from "../link/commander.ts";
import { LinkError } from "../link/link-error.ts";
import type { Links } from "../link/links.ts";
import type { Settings } from "../settings.ts";
import { TopicKeys } from "../topic/topic-keys.ts";
import type { LeaseKeys } from "./lease-keys.ts";
import { heartbeatScript, noteScript, purgeScript } from "./presence-scripts.ts";

const topicsAtOnce = 16;
const topicsOfPage = 100;

/** What a lease needs. */
export interface LeaseParts {
  readonly nodeId: string;
  readonly keys: LeaseKeys;
  readonly links: Links;
  readonly commander: Commander;
  readonly settings: Settings;
  /** The node was taken for dead and has another lease now: its connections have to join again. */
  readonly onRenewed: () => void;
}

/**
 * The right of this node to have connections on topics: it holds as long as the node gives signs of life.
 * Every node looks after the others: of one that is silent for too long the connections leave.
 */
export class NodeLease {
  readonly #parts: LeaseParts;
  #number = 0;
  #renewing: Promise<void> | undefined;
  #stopBeating: (() => void) | undefined;
  /** Those that this node is clearing away after. */
  readonly #clearing = new Set<string>();
  #isEnded = false;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
  }

  get name(): string {
    return `${this.#parts.nodeId}/${this.#number}`;
  }

  /** @throws LinkError, ErrorReply */
  async begin(): Promise<void> {
    await this.#beat(true);
    const { clock, nodeTimeoutMs } = this.#parts.settings;
    this.#stopBeating = clock.every(nodeTimeoutMs / 4, () => void this.beat());
  }

  /** Gives a sign of life; never rejects, as the next one follows. */
  async beat(): Promise<void> {
    try {
      await this.#beat(false);
    } catch {
      // Without a link there is nothing to do; whoever needs the lease is told by its own commands.
    }
  }

  /** Notes a topic, and answers the lease that its connections have. @throws LinkError, ErrorReply */
  async note(topic: string): Promise<string> {
    const { commander, keys } = this.#parts;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const lease = this.name;
      const names = [keys.alive, keys.topicsOf(lease)];
      if ((await commander.run(keys.tag, noteScript, names, [lease, topic])) === 1) return lease;
      await this.#renew(lease);
    }
    throw new LinkError("the lease of this node does not hold");
  }

  /** Forgets a topic that none of this node's connections is on. What is left is harmless. */
  strike(topic: string): void {
    const { commander, keys } = this.#parts;
    commander.send(keys.tag, ["SREM", keys.topicsOf(this.name), topic]).catch(() => {});
  }

  /** @throws LinkError, ErrorReply */
  async end(): Promise<void> {
    const { commander, keys } = this.#parts;
    this.stop();
    await commander.send(keys.tag, ["ZREM", keys.alive, this.name]);
    await commander.send(keys.tag, ["DEL", keys.topicsOf(this.name)]);
  }

  stop(): void {
    this.#isEnded = true;
    this.#stopBeating?.();
  }

  async #renew(lost: string): Promise<void> {
    if (lost !== this.name) return;
    this.#renewing ??= this.#takeAnother().finally(() => {
      this.#renewing = undefined;
    });
    await this.#renewing;
  }

  async #takeAnother(): Promise<void> {
    this.#number += 1;
    await this.#beat(true);
    this.#parts.onRenewed();
  }

  async #beat(isNew: boolean): Promise<void> {
    const { commander, keys, settings } = this.#parts;
    const lease = this.name;
    const reply = await commander.run(
      keys.tag,
      heartbeatScript,
      [keys.alive, keys.dead],
      [lease, String(settings.nodeTimeoutMs), this.#mayLook ? "1" : "0", isNew ? "1" : "0"],
    );
    if (this.#isEnded) return;
    const [holds, dead] = Array.isArray(reply) ? reply : [];
    for (const each of Array.isArray(dead) ? dead : []) void this.#clearAfter(String(each));
    if (holds !== 1) await this.#renew(lease);
  }

  /**
   * Whether silence means anything: when Redis itself was away, nobody could give a sign of life, and all
   * need the time to do so again.
   */
  get #mayLook(): boolean {
    const { links, keys, settings } = this.#parts;
    return (links.shardOf(keys.tag)?.upForMs ?? 0) >= settings.nodeTimeoutMs;
  }

  /** Lets the connections of a dead node leave. Another node goes on if this one cannot. */
  async #clearAfter(lease: string): Promise<void> {
    if (this.#clearing.has(lease)) return;
    this.#clearing.add(lease);
    const { commander, keys } = this.#parts;
    const topics = keys.topicsOf(lease);
    try {
      while (!this.#isEnded) {
        const page = await commander.send(keys.tag, ["SRANDMEMBER", topics, String(topicsOfPage)]);
        if (!Array.isArray(page) || page.length === 0) break;
        await eachOf(page.map(String), topicsAtOnce, (topic) => this.#purge(topic, lease));
        await commander.send(keys.tag, ["SREM", topics, ...page.map(String)]);
      }
      await commander.send(keys.tag, ["ZREM", keys.dead, lease]);
    } catch {
      // It stays among the dead, and is taken on again when it is due.
    } finally {
      this.#clearing.delete(lease);
    }
  }

  async #purge(topic: string, lease: string): Promise<void> {
    const { commander, settings } = this.#parts;
    const keys = new TopicKeys(settings.keyPrefix, topic);
    let cursor = "0";
    do {
      const args = [keys.changes, lease, cursor];
      cursor = String(await commander.run(keys.tag, purgeScript, keys.presenceKeys, args));
    } while (cursor !== "0");
  }
}
