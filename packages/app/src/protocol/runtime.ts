import type { Clock } from "@windlass/core";
import type { Protocol, TopicPatterns } from "@windlass/protocol";
import type { CompiledHandler } from "./handler-table.ts";
import type { ProtocolCallbacks, TopicPolicy } from "./handler-types.ts";
import type { ParsedProtocolOptions } from "./protocol-options.ts";
import type { SessionUser } from "./session.ts";
import type { SessionStore } from "./session-store.ts";

/** What all connections of one component share. */
export interface ProtocolRuntime<User extends SessionUser> {
  readonly protocol: Protocol;
  readonly options: ParsedProtocolOptions;
  readonly callbacks: ProtocolCallbacks<Protocol, unknown>;
  readonly handlers: ReadonlyMap<string, CompiledHandler>;
  readonly topics: ReadonlyMap<string, TopicPolicy<Protocol, unknown, string>>;
  readonly topicPatterns: TopicPatterns;
  readonly sessions: SessionStore<User>;
  readonly clock: Clock;
  readonly counters: ProtocolCounters;
}

/** What is counted; never falls, except `running`. */
interface ProtocolCounters {
  /** Handlers under way. */
  running: number;
  /** Frames and data that did not fit, and names that do not exist. */
  violations: number;
}
