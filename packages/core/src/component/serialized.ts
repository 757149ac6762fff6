import type { Component } from "../contract/component.ts";
import type { Connection } from "../contract/connection.ts";
import type { CloseEvent, DisconnectCause } from "../contract/disconnect.ts";
import { Disconnects } from "../contract/disconnects.ts";
import { isPromiseLike, type MaybePromise } from "../contract/maybe-promise.ts";
import type { Message } from "../contract/message.ts";
import { ComponentDecorator } from "./component-decorator.ts";

/** How much may wait behind a running async callback of one connection. */
export interface QueueLimits {
  /** Messages. Default: 256. */
  readonly maxQueuedMessages: number;
  /** Bytes of payload. Default: 1,048,576 (1 MiB). */
  readonly maxQueuedBytes: number;
}

const defaultLimits: QueueLimits = { maxQueuedMessages: 256, maxQueuedBytes: 1_048_576 };

/** A connection whose component is busy with an async callback. */
interface Lane {
  /** Settles when everything queued so far is done; never rejects. */
  tail: Promise<void>;
  queuedMessages: number;
  queuedBytes: number;
  /** Callbacks running or waiting. */
  jobs: number;
  /** The connection was closed by us: what still waits is no longer wanted. */
  discardsMessages: boolean;
  drainQueued: boolean;
}

/** After these, messages that arrived before the close are not delivered any more (as in Ratchet). */
const discardingCauses: ReadonlySet<DisconnectCause> = new Set(["server", "error", "policy"]);

/**
 * Runs one callback at a time per connection: while an async callback runs, messages wait in a
 * bounded queue, and `onClose` comes last. A component that never returns a promise pays for one
 * comparison per callback, because only busy connections are kept here.
 */
export class Serialized<Data> extends ComponentDecorator<Data> {
  readonly #limits: QueueLimits;
  readonly #lanes = new Map<Connection<Data>, Lane>();

  constructor(inner: Component<Data>, limits: Partial<QueueLimits> = {}) {
    super(inner);
    this.#limits = {
      maxQueuedMessages: limits.maxQueuedMessages ?? defaultLimits.maxQueuedMessages,
      maxQueuedBytes: limits.maxQueuedBytes ?? defaultLimits.maxQueuedBytes,
    };
  }

  override onOpen(connection: Connection<Data>): MaybePromise<void> {
    return this.#occupy(connection, this.inner.onOpen?.(connection));
  }

  override onMessage(connection: Connection<Data>, message: Message): MaybePromise<void> {
    const lane = this.#lanes.size === 0 ? undefined : this.#lanes.get(connection);
    if (lane !== undefined) return this.#queueMessage(lane, connection, message);
    const result = this.inner.onMessage(connection, message);
    if (result !== undefined) return this.#occupy(connection, result);
  }

  override onDrain(connection: Connection<Data>): MaybePromise<void> {
    const lane = this.#lanes.get(connection);
    if (lane === undefined) return this.#occupy(connection, this.inner.onDrain?.(connection));
    if (lane.drainQueued) return;
    lane.drainQueued = true;
    return this.#enqueue(lane, connection, () => {
      lane.drainQueued = false;
      if (connection.state === "open") return this.inner.onDrain?.(connection);
    });
  }

  override onClose(connection: Connection<Data>, event: CloseEvent): MaybePromise<void> {
    const lane = this.#lanes.get(connection);
    if (lane === undefined) return this.inner.onClose?.(connection, event);
    lane.discardsMessages = discardingCauses.has(event.cause);
    return this.#enqueue(lane, connection, () => this.inner.onClose?.(connection, event));
  }

  #queueMessage(lane: Lane, connection: Connection<Data>, message: Message): MaybePromise<void> {
    const { maxQueuedMessages, maxQueuedBytes } = this.#limits;
    const { byteLength } = message;
    if (
      lane.queuedMessages >= maxQueuedMessages ||
      lane.queuedBytes + byteLength > maxQueuedBytes
    ) {
      const { queuedMessages, queuedBytes } = lane;
      connection.log.warn(
        { rule: "queue", seen: { queuedMessages, queuedBytes }, wanted: this.#limits },
        "messages arrive faster than the async component handles them: closing with 4004",
      );
      connection.close(Disconnects.QueueOverflow);
      return;
    }
    message.retain();
    lane.queuedMessages += 1;
    lane.queuedBytes += byteLength;
    return this.#enqueue(lane, connection, () => {
      lane.queuedMessages -= 1;
      lane.queuedBytes -= byteLength;
      if (!lane.discardsMessages) return this.inner.onMessage(connection, message);
    });
  }

  #occupy(
    connection: Connection<Data>,
    result: MaybePromise<void> | undefined,
  ): MaybePromise<void> {
    if (!isPromiseLike(result)) return;
    const lane: Lane = {
      tail: Promise.resolve(),
      queuedMessages: 0,
      queuedBytes: 0,
      jobs: 0,
      discardsMessages: false,
      drainQueued: false,
    };
    this.#lanes.set(connection, lane);
    return this.#enqueue(lane, connection, () => result);
  }

  #enqueue(
    lane: Lane,
    connection: Connection<Data>,
    job: () => MaybePromise<void> | undefined,
  ): Promise<void> {
    lane.jobs += 1;
    const done = lane.tail.then(job);
    const finish = (): void => {
      lane.jobs -= 1;
      if (lane.jobs === 0) this.#lanes.delete(connection);
    };
    // The caller owns `done` and its rejection; the lane goes on either way.
    lane.tail = done.then(finish, finish);
    return done;
  }
}

/**
 * Wraps a component so that its callbacks run one at a time per connection. Routes do this by
 * themselves; use it for components that you run on your own.
 */
export function serialized<Data>(
  component: Component<Data>,
  limits?: Partial<QueueLimits>,
): Component<Data> {
  return new Serialized(component, limits);
}
