import { App, ProtocolComponent } from "@windlass/app";
import { defineProtocol, request } from "@windlass/protocol";
import { z } from "zod";
import { reportListening } from "./control.ts";
import { peerOrigin } from "./origin.ts";

/**
 * A typed request whose answer is what was asked with: the message is parsed, its data is validated
 * and handed to the handler of its name, and the result is written. Everything has its default.
 */
const echoed = z.object({ text: z.string(), count: z.int(), flag: z.boolean() });
const protocol = defineProtocol({ client: { echo: request(echoed, echoed) } });
const component = new ProtocolComponent(protocol, {
  handlers: { echo: (_connection, data) => data },
});

const app = new App("127.0.0.1", 0, "127.0.0.1", { logLevel: "warn" });
app.route("/echo", component, [peerOrigin]);
const { port } = await app.run();
reportListening(port);
