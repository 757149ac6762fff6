import type { CallbackPhase, CloseEvent, Component, Connection, Message } from "@windlass/app";
import { Journal } from "./journal.ts";

/** A component that writes down what it is told. A test replaces the callback it is about. */
export class JournalingComponent implements Component {
  readonly opens = new Journal<Connection>();
  readonly texts = new Journal<string>();
  readonly drains = new Journal<Connection>();
  readonly closes = new Journal<{ readonly connection: Connection; readonly event: CloseEvent }>();
  readonly errors = new Journal<{ readonly error: Error; readonly phase: CallbackPhase }>();

  onOpen(connection: Connection): void | Promise<void> {
    this.opens.write(connection);
  }

  onMessage(_connection: Connection, message: Message): void | Promise<void> {
    this.texts.write(message.text());
  }

  onDrain(connection: Connection): void | Promise<void> {
    this.drains.write(connection);
  }

  onClose(connection: Connection, event: CloseEvent): void | Promise<void> {
    this.closes.write({ connection, event });
  }

  onError(_connection: Connection, error: Error, phase: CallbackPhase): void | Promise<void> {
    this.errors.write({ error, phase });
  }
}
