import { App, EchoServer } from "@windlass/app";

/**
 * A server as a program of its own, so that an engine that crashes is a finding and not the end of
 * the test. Everybody on /flood subscribes to one topic; the text there is how many publications of
 * 64 KiB to make in one turn of the event loop. Who leaves is announced to the others.
 */
const app = new App("localhost", 0, "127.0.0.1");
const flood = app.route(
  "/flood",
  {
    onOpen: (connection) => void connection.subscribe("flood"),
    onMessage(_connection, message): void {
      const publication = Buffer.alloc(65_536);
      for (let left = Number(message.text()); left > 0; left -= 1)
        void flood.publish("flood", publication);
    },
    onClose: () => void flood.publish("flood", "somebody left"),
  },
  ["*"],
  { maxBackpressureBytes: 65_536 },
);
app.route("/echo", new EchoServer(), ["*"]);
await app.run();
