// A Hono app on the same port: `curl -d 'dinner is ready' localhost:8080/api/push` reaches every
// open WebSocket. Keep such a path away from the public, or authenticate it.

import { App, EchoServer, type FetchInfo } from "@windlass/app";
import { Hono } from "hono";

const { PORT = "8080" } = process.env;
const app = new App("localhost", Number(PORT));
const route = app.route("/live", new EchoServer(), ["*"]);

const api = new Hono<{ Bindings: FetchInfo }>().basePath("/api");
api.get("/online", (c) => c.json({ online: route.connections.size, you: c.env.ip }));
api.post("/push", async (c) => {
  route.broadcast(await c.req.text());
  return c.body(null, 204);
});
app.http("/api/*", (request, info) => api.fetch(request, info));

const { url } = await app.run();
process.stdout.write(`${url}\n`);
