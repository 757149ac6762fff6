import { type Entrance, formatAddress, type RedisAddress } from "./address.ts";
import { describeRanges, findClusterMap, readClusterMap, type SlotRange } from "./cluster-map.ts";
import { slotOf } from "./key-slot.ts";
import { LinkError } from "./link-error.ts";
import type { LinkSettings } from "./link-settings.ts";
import type { LinkEvents, Links } from "./links.ts";
import type { RedisSession } from "./redis-session.ts";
import { Shard } from "./shard.ts";

/** The masters of a cluster, each with the topics of its slots. */
export class ClusterLinks implements Links {
  readonly #seeds: readonly RedisAddress[];
  readonly #entrance: Entrance;
  readonly #settings: LinkSettings;
  readonly #events: LinkEvents;
  readonly #shards = new Map<string, Shard>();
  #ranges: readonly SlotRange[] = [];
  /** The name of the shard that holds a slot, by slot. */
  #owners: readonly string[] = [];
  #refreshing: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    seeds: readonly RedisAddress[],
    entrance: Entrance,
    settings: LinkSettings,
    events: LinkEvents,
  ) {
    this.#seeds = seeds;
    this.#entrance = entrance;
    this.#settings = settings;
    this.#events = {
      onUp: (shard, session) => events.onUp(shard, session),
      onDown: (shard, error) => events.onDown(shard, error),
      // Another node may have taken over from this one.
      onAttemptFailed: (shard, error) => {
        events.onAttemptFailed(shard, error);
        void this.refresh();
      },
      onChannelMoved: (channel) => {
        events.onChannelMoved(channel);
        void this.refresh().then(() => events.onMoved());
      },
      onMoved: () => events.onMoved(),
    };
  }

  get shards(): Iterable<Shard> {
    return this.#shards.values();
  }

  async open(): Promise<void> {
    this.#adopt(await findClusterMap(this.#seeds, this.#entrance, this.#settings));
    try {
      await Promise.all(this.#createShards().map((shard) => shard.open()));
    } catch (error) {
      this.close(new LinkError("another node of the cluster could not be reached"));
      throw error;
    }
  }

  close(error: LinkError): void {
    this.#isClosed = true;
    for (const shard of this.#shards.values()) shard.close(error);
    this.#shards.clear();
  }

  shardOf(tag: string): Shard | undefined {
    return this.#shards.get(this.#owners[slotOf(tag)] ?? "");
  }

  sessionAt(address: string): RedisSession | undefined {
    return this.#shards.get(address)?.session;
  }

  async refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    await this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const ranges = await this.#readMap();
    if (ranges === undefined || this.#isClosed) return;
    const hasMoved = describeRanges(ranges) !== describeRanges(this.#ranges);
    this.#adopt(ranges);
    const created = this.#createShards();
    this.#dropShards();
    await Promise.all(created.map((shard) => shard.start()));
    if (hasMoved && !this.#isClosed) this.#events.onMoved();
  }

  #adopt(ranges: readonly SlotRange[]): void {
    const owners: string[] = [];
    for (const { from, to, master } of ranges) {
      owners.length = Math.max(owners.length, to + 1);
      owners.fill(formatAddress(master), from, to + 1);
    }
    this.#ranges = ranges;
    this.#owners = owners;
  }

  /** From a node that there is a link to, else from one of those that the options name. */
  async #readMap(): Promise<readonly SlotRange[] | undefined> {
    for (const { session } of this.#shards.values()) {
      if (session === undefined) continue;
      try {
        return await readClusterMap(session.commands, session.address);
      } catch {
        // The next one may know.
      }
    }
    try {
      return await findClusterMap(this.#seeds, this.#entrance, this.#settings);
    } catch {
      // The next attempt of a shard asks again.
      return undefined;
    }
  }

  #createShards(): readonly Shard[] {
    const created: Shard[] = [];
    for (const { master } of this.#ranges) {
      const name = formatAddress(master);
      if (this.#shards.has(name)) continue;
      const target = { kind: "cluster", address: master, entrance: this.#entrance } as const;
      const shard = new Shard(async () => target, this.#settings, this.#events);
      this.#shards.set(name, shard);
      created.push(shard);
    }
    return created;
  }

  #dropShards(): void {
    const used = new Set(this.#ranges.map(({ master }) => formatAddress(master)));
    for (const [name, shard] of this.#shards) {
      if (used.has(name)) continue;
      this.#shards.delete(name);
      shard.close(new LinkError("its slots belong to another server now"));
    }
  }
}
