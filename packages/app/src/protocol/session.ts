import type { ErrorFrame, FrameCodec, ResponseFrame } from "@windlass/protocol";
import { Lane } from "./lane.ts";

/** An encoded frame. */
export type EncodedFrame = string | Uint8Array<ArrayBuffer>;

/** Where a session's answers go. */
export interface SessionUser {
  write(frame: EncodedFrame): void;
  /** Another connection has taken the session over. */
  replaced(): void;
}

/** How many answers a session keeps for a client that asks again. */
export interface ReplyLimits {
  readonly maxReplies: number;
  readonly maxReplyBytes: number;
}

/** What to do with a message by its id. */
export type Repetition = "new" | "running" | "acknowledged" | "lost" | EncodedReply;

interface EncodedReply {
  readonly reply: EncodedFrame;
}

/**
 * What the server remembers of one client over its connections, so that a message that is sent
 * again takes effect once. Ids rise, so one number says which messages have come; besides it only
 * answers are kept, as many as fit.
 */
export class Session<User extends SessionUser = SessionUser> {
  readonly key: string;
  readonly codec: FrameCodec;
  /** Survives the connection: a handler of the last one may still hold it. */
  readonly lane: Lane<User> = new Lane();
  /** The connection of now. */
  user: User | undefined;
  readonly #limits: ReplyLimits;
  #highestId = 0;
  readonly #running = new Set<number>();
  /** Had no effect: given up when the connection ended, or refused before their turn. */
  readonly #undone = new Set<number>();
  /** Whether no new message has come over the connection of now. */
  #isFresh = true;
  /** Answers to ids up to this one may have been dropped to make room. */
  #lostUpTo = 0;
  readonly #replies = new Map<number, EncodedFrame>();
  #replyBytes = 0;

  constructor(key: string, codec: FrameCodec, limits: ReplyLimits) {
    this.key = key;
    this.codec = codec;
    this.#limits = limits;
  }

  /** Whether the message of this id is to be handled; marks it as running when it is. */
  begin(id: number, kind: "event" | "request"): Repetition {
    if (id > this.#highestId) {
      this.#highestId = id;
      // A connection repeats before it goes on, so what it has not repeated will not come any more.
      if (this.#isFresh) this.#undone.clear();
      this.#isFresh = false;
      this.#running.add(id);
      return "new";
    }
    if (this.#undone.delete(id)) {
      this.#running.add(id);
      return "new";
    }
    if (this.#running.has(id)) return "running";
    const reply = this.#replies.get(id);
    if (reply !== undefined) return { reply };
    // An event leaves an answer only when it fails, and that may have been dropped.
    return kind === "event" && id > this.#lostUpTo ? "acknowledged" : "lost";
  }

  /** A connection takes the session over, or begins it; answers the one that had it. */
  join(user: User): User | undefined {
    const previous = this.user;
    this.user = user;
    this.#isFresh = true;
    if (previous !== undefined) this.lane.clear();
    return previous;
  }

  /** How many messages are remembered because they had no effect. */
  get undoneCount(): number {
    return this.#undone.size;
  }

  /** The message was refused before its turn came. */
  refuse(id: number): void {
    if (!this.#running.has(id) && !this.#replies.has(id)) this.#undone.add(id);
  }

  /** The message had no effect: when it comes again, it is handled again. */
  undo(id: number): void {
    if (this.#running.delete(id)) this.#undone.add(id);
  }

  /** The event has taken effect. */
  acknowledge(id: number): void {
    this.#running.delete(id);
    this.user?.write(this.codec.encode({ type: "ack", id }));
  }

  /** The answer to a message. */
  answer(id: number, frame: ResponseFrame | ErrorFrame): void {
    const encoded = this.codec.encode(frame);
    this.#running.delete(id);
    this.#keep(id, encoded);
    this.user?.write(encoded);
  }

  /** The client has the answers to all ids up to this one. */
  forget(upTo: number): void {
    for (const [id, frame] of this.#replies) if (id <= upTo) this.#drop(id, frame);
    for (const id of this.#undone) if (id <= upTo) this.#undone.delete(id);
  }

  #keep(id: number, frame: EncodedFrame): void {
    this.#replies.set(id, frame);
    this.#replyBytes += frame.length;
    for (const [oldId, oldFrame] of this.#replies) {
      if (!this.#isOverfull()) return;
      this.#drop(oldId, oldFrame);
      this.#lostUpTo = Math.max(this.#lostUpTo, oldId);
    }
  }

  #isOverfull(): boolean {
    return (
      this.#replies.size > this.#limits.maxReplies || this.#replyBytes > this.#limits.maxReplyBytes
    );
  }

  #drop(id: number, frame: EncodedFrame): void {
    this.#replies.delete(id);
    this.#replyBytes -= frame.length;
  }
}
