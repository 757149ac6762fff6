// Callbacks may be async. The next message of a connection waits until this one is done, so the
// answers come in the order of the questions however long each takes; other connections go on.

import { setTimeout as sleep } from "node:timers/promises";
import { App, type Component, type Connection, type Message } from "@windlass/app";

class SlowAnswers implements Component {
  async onMessage(from: Connection, message: Message) {
    const delayMs = Number(message.text());
    if (!(delayMs >= 0 && delayMs <= 1_000)) throw new RangeError("wanted 0 to 1000");
    await sleep(delayMs); // a database, another service, ...
    from.send(`waited ${delayMs} ms`);
  }
  onError(conn: Connection, error: Error) {
    conn.send(error.message); // throws and rejections arrive here, with their connection
  }
}

const { PORT = "8080" } = process.env;
const app = new App("localhost", Number(PORT));
app.route("/slow", new SlowAnswers(), ["*"]);
const { url } = await app.run();
process.stdout.write(`${url}\n`);
