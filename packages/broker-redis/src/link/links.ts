import type { LinkError } from "./link-error.ts";
import type { RedisSession } from "./redis-session.ts";
import type { Shard, ShardEvents } from "./shard.ts";

/** Told what becomes of the links. */
export interface LinkEvents extends ShardEvents {
  /** Topics may belong to other shards now. */
  onMoved(): void;
}

/** The servers behind the broker: one, or those of a cluster. */
export interface Links {
  readonly shards: Iterable<Shard>;
  /** Connects to all. @throws LinkError */
  open(): Promise<void>;
  /** Ends every link; what is under way is rejected with this. */
  close(error: LinkError): void;
  /** Who holds the keys with this hash tag; `undefined` while nobody is known to. */
  shardOf(tag: string): Shard | undefined;
  /** The link to a server that another one has named. */
  sessionAt(address: string): RedisSession | undefined;
  /** Finds out anew who holds what. Never rejects. */
  refresh(): Promise<void>;
}
