import type { Component, Connection, Message } from "@windlass/core";

/** Sends every message back as it came, text as text and binary as binary (Ratchet sends both as text). */
export class EchoServer implements Component {
  onMessage(from: Connection, message: Message): void {
    from.send(message);
  }

  onError(connection: Connection): void {
    connection.close();
  }
}
