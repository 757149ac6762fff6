import type { CallbackPhase, Component } from "../contract/component.ts";
import type { Connection } from "../contract/connection.ts";
import type { CloseEvent } from "../contract/disconnect.ts";
import { Disconnects } from "../contract/disconnects.ts";
import { toError, WindlassError } from "../contract/errors.ts";
import { isPromiseLike, type MaybePromise } from "../contract/maybe-promise.ts";
import type { Message } from "../contract/message.ts";
import type { Deadlines } from "./deadlines.ts";

/**
 * Keeps the failures of a component inside: nothing it does makes a callback of this wrapper throw
 * or reject. A failure goes to the component's `onError`; without one, or when that fails too, it
 * is logged and the connection closed with 1011.
 */
export class Contained<Data> implements Component<Data> {
  readonly #inner: Component<Data>;
  readonly #deadlines: Deadlines;
  /** Connections that a failure has ended, or would have if the peer had not closed them before. */
  readonly #ended = new WeakSet<Connection<Data>>();

  /** @param deadlines limits how long an async callback may take; expiry counts as a failure. */
  constructor(inner: Component<Data>, deadlines: Deadlines) {
    this.#inner = inner;
    this.#deadlines = deadlines;
  }

  onOpen(connection: Connection<Data>): MaybePromise<void> {
    try {
      const result: unknown = this.#inner.onOpen?.(connection);
      if (isPromiseLike(result)) return this.#settle(result, connection, "open");
    } catch (error) {
      return this.#failed(connection, error, "open");
    }
  }

  onMessage(connection: Connection<Data>, message: Message): MaybePromise<void> {
    // Waited behind the callback that failed while the peer was closing: nothing comes after that.
    if (connection.state === "closed" && this.#ended.has(connection)) return;
    try {
      const result: unknown = this.#inner.onMessage(connection, message);
      if (isPromiseLike(result)) {
        // The callback goes on after this native event, so the message must outlive it.
        message.retain();
        return this.#settle(result, connection, "message");
      }
    } catch (error) {
      return this.#failed(connection, error, "message");
    }
  }

  onDrain(connection: Connection<Data>): MaybePromise<void> {
    try {
      const result: unknown = this.#inner.onDrain?.(connection);
      if (isPromiseLike(result)) return this.#settle(result, connection, "drain");
    } catch (error) {
      return this.#failed(connection, error, "drain");
    }
  }

  onClose(connection: Connection<Data>, event: CloseEvent): MaybePromise<void> {
    try {
      const result: unknown = this.#inner.onClose?.(connection, event);
      if (isPromiseLike(result)) return this.#settle(result, connection, "close");
    } catch (error) {
      return this.#failed(connection, error, "close");
    }
  }

  async #settle(
    result: PromiseLike<unknown>,
    connection: Connection<Data>,
    phase: CallbackPhase,
  ): Promise<void> {
    try {
      await this.#deadlines.limit(result, nameOf(phase));
    } catch (error) {
      await this.#failed(connection, error, phase);
    }
  }

  #failed(connection: Connection<Data>, thrown: unknown, phase: CallbackPhase): MaybePromise<void> {
    const error = toError(thrown);
    try {
      if (this.#inner.onError === undefined) return this.#unhandled(connection, error, phase);
      const result: unknown = this.#inner.onError(connection, error, phase);
      if (isPromiseLike(result)) return this.#failedAsync(result, connection, error, phase);
      this.#handled(connection, error, phase);
    } catch (second) {
      this.#unhandled(connection, error, phase, second);
    }
  }

  async #failedAsync(
    handling: PromiseLike<unknown>,
    connection: Connection<Data>,
    error: Error,
    phase: CallbackPhase,
  ): Promise<void> {
    try {
      await this.#deadlines.limit(handling, nameOf(phase));
      this.#handled(connection, error, phase);
    } catch (second) {
      this.#unhandled(connection, error, phase, second);
    }
  }

  #handled(connection: Connection<Data>, error: Error, phase: CallbackPhase): void {
    // Two failures end the connection even when onError took note of them: after a failed onOpen the
    // component never saw it open (Ratchet leaves it half-open: a bug not copied), and after a
    // time-out the stuck callback may still be running, so nothing can be ordered after it.
    const isTimeout = error instanceof WindlassError && error.code === "ERR_CALLBACK_TIMEOUT";
    if (phase === "open" || isTimeout) this.#end(connection);
  }

  #unhandled(
    connection: Connection<Data>,
    error: Error,
    phase: CallbackPhase,
    onErrorFailure?: unknown,
  ): void {
    this.#end(connection);
    // A decorator around a component without onError hands the same error back.
    const isSame = onErrorFailure === undefined || onErrorFailure === error;
    connection.log.error(
      { err: error, phase, ...(!isSame && { onErrorFailure: toError(onErrorFailure) }) },
      isSame
        ? "a callback failed and no onError handled it: closing with 1011"
        : "a callback failed and onError failed too: closing with 1011",
    );
  }

  #end(connection: Connection<Data>): void {
    this.#ended.add(connection);
    connection.close(Disconnects.InternalError);
  }
}

/** `The onOpen` */
function nameOf(phase: CallbackPhase): string {
  return `The on${phase.charAt(0).toUpperCase()}${phase.slice(1)}`;
}
