import { reportListening } from "./control.ts";

/** The part of Bun's API that is used here; the program is type-checked as one for Node.js. */
interface BunSocket {
  readonly data: { readonly isRoom: boolean };
  send(message: string | Uint8Array): number;
  subscribe(topic: string): void;
  publish(topic: string, message: string | Uint8Array): number;
}
interface BunServer {
  readonly port: number;
  upgrade(request: Request, options: { readonly data: BunSocket["data"] }): boolean;
}
declare const Bun: {
  serve(options: {
    readonly hostname: string;
    readonly port: number;
    fetch(request: Request, server: BunServer): Response | undefined;
    readonly websocket: {
      readonly perMessageDeflate: boolean;
      open(socket: BunSocket): void;
      message(socket: BunSocket, message: string | Uint8Array): void;
    };
  }): BunServer;
};

/**
 * Bun has one set of callbacks for all paths; what the upgrade passes along tells them apart. A
 * message arrives as string or bytes, and that decides how it goes back. `publish` is native and
 * leaves out the sender.
 */
const inEcho = { isRoom: false };
const inRoom = { isRoom: true };

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request, bunServer) {
    const data = request.url.endsWith("/room") ? inRoom : inEcho;
    if (bunServer.upgrade(request, { data })) return undefined;
    return new Response("expected a WebSocket handshake", { status: 426 });
  },
  websocket: {
    perMessageDeflate: false,
    open(socket) {
      if (socket.data.isRoom) socket.subscribe("room");
    },
    message(socket, message) {
      if (socket.data.isRoom) socket.publish("room", message);
      else socket.send(message);
    },
  },
});
reportListening(server.port);
