import { App, type Component, type Connection, type Message, type Route } from "@windlass/app";
import { reportListening } from "./control.ts";
import { peerOrigin } from "./origin.ts";

/** Sends each message back as it came, from the engine's memory, without decoding it. */
class Echo implements Component {
  onMessage(from: Connection, message: Message): void {
    from.send(message);
  }
}

/** One topic for all, native publish. */
class Room implements Component {
  route: Route | undefined;

  onOpen(connection: Connection): void {
    connection.subscribe("room");
  }

  onMessage(from: Connection, message: Message): void {
    this.route?.publish("room", message, { except: from });
  }
}

/**
 * An App with the guards that a deployment has: the Host header must be `httpHost`, the Origin
 * header must be allowed. `wrap` adds the layers of a variant around the components.
 */
export async function serve(
  wrap: (component: Component) => Component = (component) => component,
): Promise<void> {
  const app = new App("127.0.0.1", 0, "127.0.0.1", { logLevel: "warn" });
  const room = new Room();
  app.route("/echo", wrap(new Echo()), [peerOrigin]);
  room.route = app.route("/room", wrap(room), [peerOrigin]);
  const address = await app.run();
  reportListening(address.port);
}
