import type { CloseEvent, Component, Connection, Message } from "@windlass/app";

/** Values in the order of their arrival, for one reader who may be there first. */
export class Inbox<Value> {
  readonly #values: Value[] = [];
  readonly #readers: ((value: Value) => void)[] = [];

  put(value: Value): void {
    const reader = this.#readers.shift();
    if (reader === undefined) this.#values.push(value);
    else reader(value);
  }

  /** The next value, now or when it arrives. */
  take(): Promise<Value> {
    const [value] = this.#values.splice(0, 1);
    if (value !== undefined) return Promise.resolve(value);
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  /** What arrived and was not taken. */
  get rest(): readonly Value[] {
    return this.#values;
  }
}

/** What a {@link Recorder} does besides recording. */
export type Reactions = Partial<Pick<Component, "onOpen" | "onMessage">>;

/** A component whose events a test can wait for; it echoes unless told otherwise. */
export class Recorder implements Component {
  readonly opened = new Inbox<Connection>();
  readonly messages = new Inbox<string>();
  readonly closed = new Inbox<CloseEvent>();
  readonly #reactions: Reactions;

  constructor(reactions: Reactions = {}) {
    this.#reactions = reactions;
  }

  onOpen(connection: Connection): void {
    this.opened.put(connection);
    this.#reactions.onOpen?.(connection);
  }

  onMessage(connection: Connection, message: Message): void {
    this.messages.put(message.text());
    if (this.#reactions.onMessage === undefined) connection.send(message);
    else this.#reactions.onMessage(connection, message);
  }

  onClose(_connection: Connection, event: CloseEvent): void {
    this.closed.put(event);
  }
}
