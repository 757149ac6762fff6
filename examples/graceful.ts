// Ctrl+C or `kill` closes gracefully: no new connections, 1001 to those that are open, what still
// runs may finish for five seconds, then the process ends with 0. A second signal ends it at once.

import { App, closeOnSignals, EchoServer } from "@windlass/app";

const { PORT = "8080" } = process.env;
const app = new App("localhost", Number(PORT));
app.route("/echo", new EchoServer(), ["*"]);
closeOnSignals(app, { graceMs: 5_000 });
const { url } = await app.run();
process.stdout.write(`${url}\n`);
