// One path, two hosts, two components. Browsers resolve every name under .localhost to this
// machine, so ws://red.localhost:8080/chat works without any DNS.

import { App, type Component, type Connection } from "@windlass/app";

class Greeter implements Component {
  readonly #greeting: string;
  constructor(greeting: string) {
    this.#greeting = greeting;
  }
  onOpen(conn: Connection) {
    conn.send(this.#greeting);
  }
  onMessage() {}
}

const { PORT = "8080" } = process.env;
const app = new App("localhost", Number(PORT));
app.route("/chat", new Greeter("this is red"), ["*"], { httpHost: "red.localhost" });
app.route("/chat", new Greeter("this is blue"), ["*"], { httpHost: "blue.localhost" });
const { url } = await app.run();
process.stdout.write(`${url}\n`);
