import type { Clock, Deadlines } from "@windlass/core";
import type { Protocol, TopicPatterns } from "@windlass/protocol";
import type { CompiledHandler } from "./handler-table.ts";
import type { ProtocolCallbacks, TopicPolicy } from "./handler-types.ts";
import type { Enter } from "./lane.ts";
import type { ParsedProtocolOptions } from "./protocol-options.ts";
import type { FramePublisher } from "./publishing.ts";
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
  /** The connections that may talk. */
  readonly peers: Set<User>;
  readonly publisher: FramePublisher;
  /** Handles a frame in its turn. */
  readonly enter: Enter<User>;
  readonly clock: Clock;
  /** Limits how long handlers, `onOpen` and `authorize` may take. */
  readonly deadlines: Deadlines;
  readonly counters: ProtocolCounters;
}

/** What is counted. */
interface ProtocolCounters {
  /** Connections so far. */
  opened: number;
  /** Handlers under way. */
  running: number;
  /** Frames and data that did not fit, and names that do not exist, so far. */
  violations: number;
}
