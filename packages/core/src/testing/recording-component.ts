import type { CallbackPhase, Component } from "../contract/component.ts";
import type { Connection } from "../contract/connection.ts";
import type { CloseEvent } from "../contract/disconnect.ts";
import type { MaybePromise } from "../contract/maybe-promise.ts";
import type { Message } from "../contract/message.ts";
import { Inbox } from "./inbox.ts";

/** What every entry of a {@link RecordingComponent} has. */
interface Recorded<Phase extends string, Data> {
  /** The callback that was called. */
  readonly phase: Phase;
  readonly connection: Connection<Data>;
}

/** One call of `onMessage`; the payload is copied, so it does not expire. */
export interface RecordedMessage<Data = unknown> extends Recorded<"message", Data> {
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly isBinary: boolean;
}

/** One call of `onClose`. */
export interface RecordedClose<Data = unknown> extends Recorded<"close", Data> {
  readonly event: CloseEvent;
}

/** One call of `onError`. */
export interface RecordedError<Data = unknown> extends Recorded<"error", Data> {
  readonly error: Error;
  /** The callback that failed. */
  readonly failedPhase: CallbackPhase;
}

/** One call of a callback. */
export type RecordedEvent<Data = unknown> =
  | Recorded<"open", Data>
  | RecordedMessage<Data>
  | Recorded<"drain", Data>
  | RecordedClose<Data>
  | RecordedError<Data>;

/** The callbacks by name. */
export type RecordedPhase = RecordedEvent["phase"];

/** What a test lets the callbacks do. */
export interface Behaviours<Data = unknown> {
  readonly open: NonNullable<Component<Data>["onOpen"]>;
  readonly message: Component<Data>["onMessage"];
  readonly drain: NonNullable<Component<Data>["onDrain"]>;
  readonly close: NonNullable<Component<Data>["onClose"]>;
  readonly error: NonNullable<Component<Data>["onError"]>;
}

/**
 * A component that records every call and otherwise does what a test tells it; nothing by default.
 * Its `onError` returns, so failures count as handled.
 */
export class RecordingComponent<Data = unknown> implements Component<Data> {
  readonly #inbox = new Inbox<RecordedEvent<Data>>();
  #behaviours: Partial<Behaviours<Data>> = {};

  /** Every call so far, oldest first. */
  get events(): readonly RecordedEvent<Data>[] {
    return this.#inbox.all;
  }

  /** The callbacks called so far, as `["open", "message", "close"]`. */
  get phases(): readonly RecordedPhase[] {
    return this.events.map(({ phase }) => phase);
  }

  /** Lets a callback behave: it may use the connection, throw, or return a promise. */
  on<Phase extends RecordedPhase>(phase: Phase, behaviour: Behaviours<Data>[Phase]): this {
    this.#behaviours = { ...this.#behaviours, [phase]: behaviour };
    return this;
  }

  /** The oldest call of this callback that `next` has not returned yet, now or when it comes. */
  async next<Phase extends RecordedPhase = RecordedPhase>(
    phase?: Phase,
  ): Promise<Extract<RecordedEvent<Data>, { readonly phase: Phase }>> {
    const event = await this.#inbox.next((item) => phase === undefined || item.phase === phase);
    return event as Extract<RecordedEvent<Data>, { readonly phase: Phase }>;
  }

  onOpen(connection: Connection<Data>): MaybePromise<void> {
    this.#inbox.push({ phase: "open", connection });
    return this.#behaviours.open?.(connection);
  }

  onMessage(connection: Connection<Data>, message: Message): MaybePromise<void> {
    const { isBinary } = message;
    const [text, bytes] = [message.text(), message.bytes()];
    this.#inbox.push({ phase: "message", connection, text, bytes, isBinary });
    return this.#behaviours.message?.(connection, message);
  }

  onDrain(connection: Connection<Data>): MaybePromise<void> {
    this.#inbox.push({ phase: "drain", connection });
    return this.#behaviours.drain?.(connection);
  }

  onClose(connection: Connection<Data>, event: CloseEvent): MaybePromise<void> {
    this.#inbox.push({ phase: "close", connection, event });
    return this.#behaviours.close?.(connection, event);
  }

  onError(connection: Connection<Data>, error: Error, phase: CallbackPhase): MaybePromise<void> {
    this.#inbox.push({ phase: "error", connection, error, failedPhase: phase });
    return this.#behaviours.error?.(connection, error, phase);
  }
}
