import type { Clock } from "@windlass/core";
import type { FrameCodec } from "@windlass/protocol";
import { type ReplyLimits, Session, type SessionUser } from "./session.ts";

/** How long and how many sessions without a connection are kept. */
export interface RetentionLimits extends ReplyLimits {
  readonly retainMs: number;
  readonly maxRetained: number;
  readonly maxRetainedBytes: number;
}

/** A session whose client is away. */
interface Absence {
  readonly dueMs: number;
  /** What its answers weighed when the client left. */
  readonly bytes: number;
}

/** The sessions of one component, also those whose client is away. */
export class SessionStore<User extends SessionUser = SessionUser> {
  readonly #limits: RetentionLimits;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session<User>>();
  /** Longest away first. */
  readonly #away = new Map<Session<User>, Absence>();
  #awayBytes = 0;
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
    if (known !== undefined) this.#isBack(known);
    if (known?.codec === codec) return { session: known, resumed: true };
    // Kept answers are encoded, so another codec begins anew, and ends what spoke the old one.
    known?.user?.replaced();
    const session = new Session<User>(key, codec, this.#limits);
    this.#sessions.set(key, session);
    return { session, resumed: false };
  }

  /** The connection of a session has ended; unless another one has taken it over, its time runs. */
  leave(session: Session<User>, user: User): void {
    if (session.user !== user) return;
    session.user = undefined;
    // It was replaced by one of another codec.
    if (this.#sessions.get(session.key) !== session) return;
    const { retainMs, maxRetained } = this.#limits;
    if (retainMs === 0 || maxRetained === 0 || !session.isUsed) {
      this.#sessions.delete(session.key);
      return;
    }
    const bytes = session.replyBytes;
    this.#away.set(session, { dueMs: this.#clock.now() + retainMs, bytes });
    this.#awayBytes += bytes;
    this.#makeRoom();
    this.#stopTimer ??= this.#clock.every(Math.max(10, retainMs / 10), () => this.#sweep());
  }

  #makeRoom(): void {
    const { maxRetained, maxRetainedBytes } = this.#limits;
    for (const session of this.#away.keys()) {
      if (this.#away.size <= maxRetained && this.#awayBytes <= maxRetainedBytes) return;
      this.#forget(session);
    }
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [session, { dueMs }] of this.#away) {
      if (dueMs > now) break;
      this.#forget(session);
    }
    this.#stopIfIdle();
  }

  #forget(session: Session<User>): void {
    this.#isBack(session);
    if (this.#sessions.get(session.key) === session) this.#sessions.delete(session.key);
  }

  #isBack(session: Session<User>): void {
    this.#awayBytes -= this.#away.get(session)?.bytes ?? 0;
    this.#away.delete(session);
    this.#stopIfIdle();
  }

  #stopIfIdle(): void {
    if (this.#away.size > 0) return;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}
