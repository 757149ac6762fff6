// The smallest server: what comes in goes out, text as text and binary as binary.
// Run: node --import tsx --conditions=@windlass/source examples/echo.ts

import { App, EchoServer } from "@windlass/app";

const { PORT = "8080" } = process.env;
const app = new App("localhost", Number(PORT));
app.route("/echo", new EchoServer(), ["*"]);
const { url } = await app.run();
process.stdout.write(`${url}\n`);
