// A typed chat: the handlers get validated data, and the compiler knows the rest from the protocol.
// Talk to it with typed-client.ts, or from Python with python/chat.py.

import { App, ProtocolComponent } from "@windlass/app";
import { ProtocolError } from "@windlass/protocol";
import { chat } from "./typed/protocol.ts";

const lines: { from: string; text: string; at: Date }[] = [];

const component = new ProtocolComponent(chat, {
  initialData: () => ({ nick: "somebody" }),
  onOpen({ data, handshake }) {
    data.nick = handshake.query.get("nick") ?? data.nick;
  },
  rateLimits: { say: { messagesPerSecond: 5 } },
  handlers: {
    say(connection, { text }) {
      const line = { from: connection.data.nick, text, at: new Date() };
      lines.push(line);
      component.broadcast("said", line);
    },
    history: (_connection, { limit }) => lines.slice(-limit),
    async clear(connection) {
      const question = `Forget ${lines.length} lines?`;
      const isSure = await connection.request("confirm", { question });
      if (!isSure) throw new ProtocolError("not-confirmed", "The lines stay.");
      return lines.splice(0).length;
    },
  },
});

const { PORT = "8080" } = process.env;
const app = new App("localhost", Number(PORT));
app.route("/chat", component, ["*"]);
const { url } = await app.run();
process.stdout.write(`${url}\n`);
