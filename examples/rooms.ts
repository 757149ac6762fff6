// A room for every path below /room: the parameter names the topic, and publishing to it is one
// call to the engine however many listen.

import { App, type Component, type Connection, type Message } from "@windlass/app";

class Rooms implements Component<string> {
  onOpen(conn: Connection<string>) {
    const { name = "" } = conn.handshake.params;
    conn.data = name;
    conn.subscribe(name);
  }
  onMessage(from: Connection<string>, message: Message) {
    void rooms.publish(from.data, message, { except: from });
  }
}

const { PORT = "8080" } = process.env;
const app = new App("localhost", Number(PORT));
const rooms = app.route("/room/:name", new Rooms(), ["*"]);
const { url } = await app.run();
process.stdout.write(`${url}\n`);
