// Two versions of a protocol on one path: `new WebSocket(url, ["chat.v2", "chat.v1"])` gets the
// first it names that is spoken here; a client that names neither is refused with 426.

import { App, type Component, type Connection } from "@windlass/app";

class Versioned implements Component {
  onMessage(from: Connection) {
    from.send(`you speak ${from.handshake.subprotocol}`);
  }
}

const { PORT = "8080" } = process.env;
const app = new App("localhost", Number(PORT));
app.route("/chat", new Versioned(), ["*"], { subprotocols: ["chat.v1", "chat.v2"] });
const { url } = await app.run();
process.stdout.write(`${url}\n`);
