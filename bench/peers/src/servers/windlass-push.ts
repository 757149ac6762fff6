import { App, type Component, createPushApi } from "@windlass/app";
import { benchKey, subscriberPattern } from "../push/push-scene.ts";
import { reportListening } from "./control.ts";
import { peerOrigin } from "./origin.ts";

/** Sends each message back as it came. */
const echo: Component = {
  onMessage: (from, message) => void from.send(message),
};

/** Who connects hears the topic in the path. */
const subscriber: Component = {
  onOpen(connection) {
    connection.subscribe(connection.handshake.params["topic"] ?? "");
  },
  onMessage() {},
};

/** The push API with default options, beside sockets: for `bench:push`. */
const app = new App("127.0.0.1", 0, "127.0.0.1", { logLevel: "warn" });
app.route("/echo", echo, [peerOrigin]);
app.route(subscriberPattern, subscriber, [peerOrigin]);
app.http("/api/*", createPushApi(app, { keys: [benchKey] }));
const address = await app.run();
reportListening(address.port);
