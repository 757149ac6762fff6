import {
  App,
  type AppOptions,
  type Component,
  type Connection,
  type Message,
  type Route,
} from "@windlass/app";
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
    void this.route?.publish("room", message, { except: from });
  }
}

/** What is different in a variant. */
export interface Variant {
  /** Adds layers around the components. */
  readonly wrap?: (component: Component) => Component;
  /** Where publications go. Default: nowhere, they stay in the process. */
  readonly broker?: AppOptions["broker"];
  /** Whether the room has a history of 100 publications. */
  readonly isKept?: boolean;
}

/**
 * An App with the guards that a deployment has: the Host header must be `httpHost`, the Origin
 * header must be allowed.
 */
export async function serve({
  wrap = itself,
  broker,
  isKept = false,
}: Variant = {}): Promise<void> {
  const options = broker === undefined ? {} : { broker };
  const app = new App("127.0.0.1", 0, "127.0.0.1", { logLevel: "warn", ...options });
  if (isKept) app.topic("room", { history: { size: 100, ttlMs: 60_000 } });
  const room = new Room();
  app.route("/echo", wrap(new Echo()), [peerOrigin]);
  room.route = app.route("/room", wrap(room), [peerOrigin]);
  const address = await app.run();
  reportListening(address.port);
}

function itself(component: Component): Component {
  return component;
}
