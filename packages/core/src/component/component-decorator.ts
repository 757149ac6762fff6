import type { CallbackPhase, Component } from "../contract/component.ts";
import type { Connection } from "../contract/connection.ts";
import type { CloseEvent } from "../contract/disconnect.ts";
import type { MaybePromise } from "../contract/maybe-promise.ts";
import type { Message } from "../contract/message.ts";
import type { ComponentRoute } from "../contract/topic-publisher.ts";

/**
 * A component around another one. It passes everything on; a subclass overrides the callbacks it
 * is about and calls `super` or `this.inner` where the inner component is to go on.
 */
export class ComponentDecorator<Data = unknown> implements Component<Data> {
  /** The next layer. */
  protected readonly inner: Component<Data>;

  constructor(inner: Component<Data>) {
    this.inner = inner;
  }

  get subprotocols(): readonly string[] | undefined {
    return this.inner.subprotocols;
  }

  onRoute(route: ComponentRoute): void {
    this.inner.onRoute?.(route);
  }

  onOpen(connection: Connection<Data>): MaybePromise<void> {
    return this.inner.onOpen?.(connection);
  }

  onMessage(connection: Connection<Data>, message: Message): MaybePromise<void> {
    return this.inner.onMessage(connection, message);
  }

  onDrain(connection: Connection<Data>): MaybePromise<void> {
    return this.inner.onDrain?.(connection);
  }

  onClose(connection: Connection<Data>, event: CloseEvent): MaybePromise<void> {
    return this.inner.onClose?.(connection, event);
  }

  onError(connection: Connection<Data>, error: Error, phase: CallbackPhase): MaybePromise<void> {
    // Returning would mean "handled": without a handler inside, the failure has to stay one.
    if (this.inner.onError === undefined) throw error;
    return this.inner.onError(connection, error, phase);
  }
}
