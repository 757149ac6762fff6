import type { ErrorFrame, FrameCodec, ResponseFrame } from "@windlass/protocol";
import type { SessionFrame } from "./lane.ts";

/** An encoded frame. */
export type EncodedFrame = string | Uint8Array<ArrayBuffer>;

/** Where a session's answers go. */
export interface SessionUser {
  /** Rises with each connection of the component. */
  readonly serial: number;
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

/** A message that came again while the first one was still in work. */
export interface Repeated<User> {
  readonly user: User;
  readonly frame: SessionFrame;
}

/**
 * What the server remembers of one client over its connections, so that a message that is sent
 * again takes effect once. Ids rise, so one number says which messages have come; besides it only
 * answers are kept, as many as fit.
 */
export class Session<User extends SessionUser = SessionUser> {
  readonly key: string;
  readonly codec: FrameCodec;
  /** The connection of now. */
  user: User | undefined;
  /** The event in work, whichever connection it came over: later ones wait for it. */
  busy: Promise<void> | undefined;
  readonly #limits: ReplyLimits;
  #highestId = 0;
  /** Messages in work, and that they were repeated meanwhile. */
  readonly #running = new Map<number, Repeated<User> | undefined>();
  /** Had no effect: given up when the connection ended, or refused before their turn. */
  readonly #undone = new Set<number>();
  /** Ids up to this one had come before the connection of now, which has not sent a new one yet. */
  #repeatUpTo = 0;
  /** Answers to ids up to this one may have been dropped to make room. */
  #lostUpTo = 0;
  readonly #replies = new Map<number, EncodedFrame>();
  #replyBytes = 0;

  constructor(key: string, codec: FrameCodec, limits: ReplyLimits) {
    this.key = key;
    this.codec = codec;
    this.#limits = limits;
  }

  /** Whether any message has come: without one there is nothing to remember. */
  get isUsed(): boolean {
    return this.#highestId > 0;
  }

  /** Bytes of the answers that are kept. */
  get replyBytes(): number {
    return this.#replyBytes;
  }

  /** How many messages are remembered because they had no effect. */
  get undoneCount(): number {
    return this.#undone.size;
  }

  /** A connection takes the session over, or begins it; answers the one that had it. */
  join(user: User): User | undefined {
    const previous = this.user;
    this.user = user;
    this.#repeatUpTo = this.#highestId;
    return previous;
  }

  /** Later events wait for this one; it must not reject. */
  occupy(work: Promise<void>): void {
    this.busy = work;
    void work.then(() => {
      if (this.busy === work) this.busy = undefined;
    });
  }

  /** What is known of the message of this id. */
  look(id: number, kind: "event" | "request"): Repetition {
    if (id > this.#highestId || this.#undone.has(id)) return "new";
    if (this.#running.has(id)) return "running";
    const reply = this.#replies.get(id);
    if (reply !== undefined) return { reply };
    // An event leaves an answer only when it fails, and that may have been dropped.
    return kind === "event" && id > this.#lostUpTo ? "acknowledged" : "lost";
  }

  /** The message is handled now. */
  begin(id: number): void {
    this.#undone.delete(id);
    if (id <= this.#highestId) return;
    this.#highestId = id;
    this.#dropUnrepeated();
  }

  /** Handling it takes its time. */
  started(id: number): void {
    this.#running.set(id, undefined);
  }

  /** The message came again while it is in work. */
  repeated(id: number, repetition: Repeated<User>): void {
    if (this.#running.has(id)) this.#running.set(id, repetition);
  }

  /** The message was refused before its turn came. */
  refuse(id: number): void {
    if (id > this.#highestId) this.#undone.add(id);
  }

  /** The message had no effect. Answers its repetition, which is to be handled now. */
  undo(id: number): Repeated<User> | undefined {
    const repetition = this.#running.get(id);
    this.#running.delete(id);
    this.#undone.add(id);
    return repetition?.user === this.user ? repetition : undefined;
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

  /** A connection repeats before it goes on, so what it has not repeated will not come any more. */
  #dropUnrepeated(): void {
    if (this.#repeatUpTo === 0) return;
    for (const id of this.#undone) if (id <= this.#repeatUpTo) this.#undone.delete(id);
    this.#repeatUpTo = 0;
  }

  #keep(id: number, frame: EncodedFrame): void {
    this.#replies.set(id, frame);
    this.#replyBytes += byteLengthOf(frame);
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
    this.#replyBytes -= byteLengthOf(frame);
  }
}

function byteLengthOf(frame: EncodedFrame): number {
  return Buffer.byteLength(frame);
}
