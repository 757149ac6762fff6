import { App, us_socket_local_port } from "uWebSockets.js";
import { reportListening } from "./control.ts";

/**
 * The engine alone, the ceiling of everything built on it: its own upgrade without a look at the
 * request, the payload sent back from the engine's memory, native publish. Limits are those of a
 * Windlass route.
 */
const limits = { maxPayloadLength: 65_536, maxBackpressure: 1_048_576, idleTimeout: 60 };

App()
  .ws("/echo", {
    ...limits,
    message: (socket, message, isBinary) => {
      socket.send(message, isBinary);
    },
  })
  .ws("/room", {
    ...limits,
    open: (socket) => {
      socket.subscribe("room");
    },
    message: (socket, message, isBinary) => {
      socket.publish("room", message, isBinary);
    },
  })
  .listen("127.0.0.1", 0, (listening) => {
    if (listening === false) throw new Error("127.0.0.1 has no free port");
    reportListening(us_socket_local_port(listening));
  });
