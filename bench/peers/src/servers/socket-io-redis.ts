import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";
import { reportListening } from "./control.ts";
import { startRedis } from "./redis.ts";

/**
 * As `socket.io`, with its Redis adapter: what goes to the room goes to Redis, too, for other nodes. It is
 * delivered here without waiting for that, and nothing is kept.
 */
const publisher = createClient({ url: await startRedis() });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);
const server = createServer();
const io = new Server(server, {
  adapter: createAdapter(publisher, subscriber),
  transports: ["websocket"],
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
});
io.on("connection", (socket) => {
  socket.on("message", (data: unknown) => {
    socket.emit("message", data);
  });
});
io.of("/room").on("connection", (socket) => {
  void socket.join("room");
  socket.on("message", (data: unknown) => {
    socket.to("room").emit("message", data);
  });
});
server.listen(0, "127.0.0.1", () => reportListening((server.address() as AddressInfo).port));
