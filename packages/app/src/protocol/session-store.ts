import type { Clock } from "@windlass/core";
import type { FrameCodec } from "@windlass/protocol";
import { type ReplyLimits, Session, type SessionUser } from "./session.ts";

/** How long and how many sessions without a connection are kept. */
export interface RetentionLimits extends ReplyLimits {
  readonly retainMs: number;
  readonly maxRetained: number;
}

/** The sessions of one component, also those whose client is away. */
export class SessionStore<User extends SessionUser = SessionUser> {
  readonly #limits: RetentionLimits;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session<User>>();
  /** Those without a connection, longest away first, with the time they are forgotten. */
  readonly #away = new Map<Session<User>, number>();
  #stopTimer: (() => void) | undefined;

  constructor(limits: RetentionLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** How many sessions are kept. */
  get size(): number {
    return this.#sessions.size;
  }

  /** The session of a client, and whether it was known. Nobody else's: the key holds the user. */
  open(
    name: string,
    userId: string | undefined,
    codec: FrameCodec,
  ): { readonly session: Session<User>; readonly resumed: boolean } {
    const key = JSON.stringify([name, userId ?? null]);
    const known = this.#sessions.get(key);
    // Kept answers are encoded, so another codec begins anew.
    if (known !== undefined && known.codec === codec) {
      this.#away.delete(known);
      this.#stopIfIdle();
      return { session: known, resumed: true };
    }
    const session = new Session<User>(key, codec, this.#limits);
    this.#sessions.set(key, session);
    return { session, resumed: false };
  }

  /** The connection of a session has ended; unless another one has taken it over, its time runs. */
  leave(session: Session<User>, user: User): void {
    if (session.user !== user) return;
    session.user = undefined;
    session.lane.clear();
    // It was replaced by one of another codec.
    if (this.#sessions.get(session.key) !== session) return;
    const { retainMs, maxRetained } = this.#limits;
    if (retainMs === 0 || maxRetained === 0) {
      this.#sessions.delete(session.key);
      return;
    }
    this.#away.set(session, this.#clock.now() + retainMs);
    const [oldest] = this.#away.keys();
    if (this.#away.size > maxRetained && oldest !== undefined) this.#forget(oldest);
    this.#stopTimer ??= this.#clock.every(Math.max(10, retainMs / 10), () => this.#sweep());
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [session, dueMs] of this.#away) {
      if (dueMs > now) break;
      this.#forget(session);
    }
    this.#stopIfIdle();
  }

  #forget(session: Session<User>): void {
    this.#away.delete(session);
    this.#sessions.delete(session.key);
  }

  #stopIfIdle(): void {
    if (this.#away.size > 0) return;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}
