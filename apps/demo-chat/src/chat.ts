import type { Component, Connection, Message } from "@windlass/app";

/** Everyone but the sender gets the text; the MyChat of Ratchet's front page. */
export class Chat implements Component {
  readonly #clients = new Set<Connection>();

  onOpen(conn: Connection): void {
    this.#clients.add(conn);
  }

  onMessage(from: Connection, message: Message): void {
    for (const client of this.#clients) if (client !== from) client.send(message);
  }

  onClose(conn: Connection): void {
    this.#clients.delete(conn);
  }

  onError(conn: Connection): void {
    conn.close();
  }
}
