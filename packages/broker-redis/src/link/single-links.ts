import { formatAddress } from "./address.ts";
import { LinkError } from "./link-error.ts";
import type { LinkSettings } from "./link-settings.ts";
import type { LinkEvents, Links } from "./links.ts";
import type { RedisSession } from "./redis-session.ts";
import { type Locate, Shard } from "./shard.ts";

/** How often it is looked whether the server is still the one to use, where it can change. */
const relocateMs = 10_000;

/** One server for everything: a single one, or the master that Sentinel names. */
export class SingleLinks implements Links {
  readonly #shard: Shard;
  readonly #locate: Locate;
  readonly #settings: LinkSettings;
  readonly #canMove: boolean;
  #stopLooking: (() => void) | undefined;

  constructor(locate: Locate, settings: LinkSettings, events: LinkEvents, canMove: boolean) {
    this.#shard = new Shard(locate, settings, events);
    this.#locate = locate;
    this.#settings = settings;
    this.#canMove = canMove;
  }

  get shards(): Iterable<Shard> {
    return [this.#shard];
  }

  async open(): Promise<void> {
    await this.#shard.open();
    if (!this.#canMove) return;
    this.#stopLooking = this.#settings.clock.every(relocateMs, () => void this.refresh());
  }

  close(error: LinkError): void {
    this.#stopLooking?.();
    this.#shard.close(error);
  }

  shardOf(): Shard {
    return this.#shard;
  }

  sessionAt(): RedisSession | undefined {
    return this.#shard.session;
  }

  /** A master that was replaced may be reachable still, from here: what is written to it is lost. */
  async refresh(): Promise<void> {
    const { session } = this.#shard;
    if (!this.#canMove || session === undefined) return;
    try {
      const { address } = await this.#locate();
      if (formatAddress(address) === formatAddress(session.address)) return;
      session.close(new LinkError(`the master is ${formatAddress(address)} now`));
    } catch {
      // Nobody knows better at the moment, and the link holds.
    }
  }
}
