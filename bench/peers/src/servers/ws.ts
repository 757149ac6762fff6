import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { reportListening } from "./control.ts";

/**
 * ws as its readme shows it, without its optional native add-on and without compression (both are
 * its defaults): `isBinary` decides how the payload goes back, and a broadcast is a loop over the
 * clients.
 */
const echo = new WebSocketServer({ noServer: true });
echo.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on("error", () => socket.terminate());
});

const room = new WebSocketServer({ noServer: true });
room.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => {
    for (const client of room.clients) {
      if (client !== socket && client.readyState === WebSocket.OPEN) {
        client.send(data, { binary: isBinary });
      }
    }
  });
  socket.on("error", () => socket.terminate());
});

const paths = new Map([
  ["/echo", echo],
  ["/room", room],
]);
const server = createServer();
server.on("upgrade", (request, socket, head) => {
  const target = paths.get(request.url ?? "");
  if (target === undefined) {
    socket.destroy();
    return;
  }
  target.handleUpgrade(request, socket, head, (client) => target.emit("connection", client));
});
server.listen(0, "127.0.0.1", () => reportListening((server.address() as AddressInfo).port));
