// Ratchet's first program: everyone but the sender gets the message.
// Run: node --import tsx --conditions=@windlass/source examples/chat.ts

import { App, type Component, type Connection, EchoServer, type Message } from "@windlass/app";

class Chat implements Component {
  readonly #clients = new Set<Connection>();
  onOpen(conn: Connection) {
    this.#clients.add(conn);
  }
  onMessage(from: Connection, message: Message) {
    for (const client of this.#clients) if (client !== from) client.send(message);
  }
  onClose(conn: Connection) {
    this.#clients.delete(conn);
  }
  onError(conn: Connection) {
    conn.close();
  }
}

const { PORT = "8080" } = process.env;
const app = new App("localhost", Number(PORT), "127.0.0.1"); // httpHost, port, address
app.route("/chat", new Chat(), ["*"]); // path, component, allowedOrigins (default: [httpHost])
app.route("/echo", new EchoServer(), ["*"]);
const { url } = await app.run();
process.stdout.write(`${url}\n`);
