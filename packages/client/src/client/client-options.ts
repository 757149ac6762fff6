import type { FrameCodec } from "@windlass/protocol";
import type { LinkOptions } from "../link/link.ts";
import type { QueueOptions } from "../outbox/queue-options.ts";
import type { HeartbeatOptions } from "./heartbeat.ts";
import type { TokenProvider } from "./tokens.ts";

/** Options of `connect()`. */
export interface ClientOptions extends LinkOptions {
  /**
   * Gets the token that says who the user is. Called anew on each attempt, and again when 80 % of the
   * token's time are over. When it fails, so has the attempt.
   */
  readonly token?: TokenProvider;
  /** How frames are written. Default: `jsonCodec` (the same frames, from less code). */
  readonly codec?: FrameCodec;
  /**
   * Whether what comes in is checked and converted by its schema, so that listeners get its output.
   * `false` hands over what was on the wire. Default: true.
   */
  readonly validateIncoming?: boolean;
  /** How long `request()` waits for its answer, in milliseconds. Default: 10,000. */
  readonly requestTimeoutMs?: number;
  /** How a dead link is noticed; `false`: only when the socket says so. */
  readonly heartbeat?: HeartbeatOptions | false;
  /** How many events and requests may wait for their answers, sent or not, and events for how long. */
  readonly queue?: QueueOptions;
  /**
   * What to do with messages that were sent, but not answered, when the server has forgotten the
   * session: `"resend"` them, which may make them take effect twice, or `"reject"` them with
   * `ERR_SESSION_LOST`. Default: `"resend"`.
   */
  readonly afterLostSession?: "resend" | "reject";
}
