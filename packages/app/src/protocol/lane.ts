import type {
  EventFrame,
  HelloFrame,
  PresenceFrame,
  PublishFrame,
  RequestFrame,
  SubscribeFrame,
  UnsubscribeFrame,
} from "@windlass/protocol";

/** The frames that are handled in their order. */
export type OrderedFrame =
  | HelloFrame
  | EventFrame
  | RequestFrame
  | PublishFrame
  | PresenceFrame
  | SubscribeFrame
  | UnsubscribeFrame;

/** The frames that take effect once in a session. */
export type SessionFrame = EventFrame | RequestFrame | PublishFrame;

/** Handles the frame of a user, or lets it wait in the lane that the user has now. */
export type Enter<User> = (user: User, frame: OrderedFrame, bytes: number) => void;

interface Waiting<User> {
  readonly user: User;
  readonly frame: OrderedFrame;
  readonly bytes: number;
}

/** Shared by all lanes in which nothing waits. */
const none: never[] = [];

/**
 * The order of one connection's messages: what comes while something holds the lane waits.
 */
export class Lane<User> {
  #waiting: (Waiting<User> | undefined)[] = none;
  /** Where the first one that still waits is: taking it off the front would move all others. */
  #head = 0;
  #bytes = 0;
  #isHeld = false;

  /** Whether a frame has to wait. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** How many frames wait. */
  get length(): number {
    return this.#waiting.length - this.#head;
  }

  /** How many bytes wait. */
  get bytes(): number {
    return this.#bytes;
  }

  add(user: User, frame: OrderedFrame, bytes: number): void {
    if (this.#waiting === none) this.#waiting = [];
    this.#waiting.push({ user, frame, bytes });
    this.#bytes += bytes;
  }

  /** Drops everything that waits. */
  clear(): void {
    this.#waiting = none;
    this.#head = 0;
    this.#bytes = 0;
  }

  /** Holds the lane until `work` settles, which must not reject; then those that wait go on. */
  hold(work: Promise<void>, enter: Enter<User>): void {
    this.#isHeld = true;
    const release = (): void => {
      this.#isHeld = false;
      this.#goOn(enter);
    };
    void work.then(release, release);
  }

  #goOn(enter: Enter<User>): void {
    while (!this.#isHeld && this.#head < this.#waiting.length) {
      const item = this.#waiting[this.#head];
      this.#waiting[this.#head] = undefined;
      this.#head += 1;
      if (item === undefined) continue;
      this.#bytes -= item.bytes;
      enter(item.user, item.frame, item.bytes);
      this.#compact();
    }
    if (this.#head >= this.#waiting.length) this.clear();
  }

  /** A lane that never empties would keep a place for every frame that has ever waited. */
  #compact(): void {
    if (this.#head < 1_024 || this.#head * 2 < this.#waiting.length) return;
    this.#waiting = this.#waiting.slice(this.#head);
    this.#head = 0;
  }
}
