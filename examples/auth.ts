// Only who knows the token gets in; others get 401. The token is compared in constant time, and a
// program without TOKEN makes its own and shows it. Tokens in a URL end up in the logs of proxies:
// prefer a cookie, or a token that is good for one use.

import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { App, type Component, type Connection } from "@windlass/app";

class Greeter implements Component {
  onOpen(conn: Connection) {
    conn.send(`welcome, ${conn.user?.userId}`);
  }
  onMessage() {}
}

// Hashes have the same length whatever the token, which timingSafeEqual insists on.
const digest = (text: string) => createHash("sha256").update(text).digest();

const { PORT = "8080", TOKEN = randomUUID() } = process.env;
const app = new App("localhost", Number(PORT));
app.route("/private", new Greeter(), ["*"], {
  authenticate: ({ query }) =>
    timingSafeEqual(digest(query.get("token") ?? ""), digest(TOKEN)) ? { userId: "alice" } : null,
});
const { url } = await app.run();
process.stdout.write(`${url}/private?token=${TOKEN}\n`);
