import { serveSocketIo } from "./socket-io-routes.ts";

/** Socket.IO on its default engine. */
serveSocketIo();
