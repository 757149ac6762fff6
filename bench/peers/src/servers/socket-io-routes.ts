import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, type ServerOptions } from "socket.io";
import { reportListening } from "./control.ts";

/**
 * Websocket transport only and without compression. Namespaces take the place of paths: the default one
 * echoes, and in `/room` an event goes to all others in a room.
 */
export function serveSocketIo(options: Partial<ServerOptions> = {}): void {
  const server = createServer();
  const io = new Server(server, {
    transports: ["websocket"],
    perMessageDeflate: false,
    httpCompression: false,
    serveClient: false,
    ...options,
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
}
