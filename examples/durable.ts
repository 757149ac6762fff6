// A chat whose rooms remember their last 100 messages for a day, also when the server is killed: a
// message is on the disk before anybody gets it.

import { App, type Component, type Connection, closeOnSignals, type Message } from "@windlass/app";
import { LmdbBroker } from "@windlass/broker-lmdb";

const { PORT = "8080", STORE = "chat.lmdb" } = process.env;
const broker = new LmdbBroker({ path: STORE });
const app = new App("localhost", Number(PORT), "127.0.0.1", { broker });
app.topic("room/:name", { history: { size: 100, ttlMs: 86_400_000 } });

class Rooms implements Component<string> {
  async onOpen(conn: Connection<string>) {
    conn.data = `room/${conn.handshake.params["name"]}`;
    await rooms.replay(conn, conn.data);
  }
  async onMessage(from: Connection<string>, message: Message) {
    await rooms.publish(from.data, message);
  }
}

const rooms = app.route("/room/:name", new Rooms(), ["*"]);
const { url } = await app.run();
process.stdout.write(`${url}\n`);
closeOnSignals(app);
