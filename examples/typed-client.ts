// A client of typed.ts: the compiler knows every message from the protocol that both import.
// Run: node --import tsx --conditions=@windlass/source examples/typed-client.ts

import { connect } from "@windlass/client";
import { WebSocket } from "ws"; // Node 22 has a WebSocket of its own
import { chat } from "./typed/protocol.ts";

const print = (...texts: readonly string[]): boolean =>
  process.stdout.write(`${texts.join(" ")}\n`);

const { SERVER = "ws://localhost:8080/chat?nick=anna" } = process.env;
const client = connect(chat, SERVER, {
  WebSocket,
  handlers: {
    confirm({ question }) {
      print(question, "Yes.");
      return true;
    },
  },
});
client.on("said", ({ from, text }) => print(`${from}:`, text));

await client.send("say", { text: "hello" }); // resolves when the server has handled it
for (const { text, at } of await client.request("history", { limit: 5 })) {
  print(at.toISOString(), text); // a Date, on both sides
}
print(`${await client.request("clear", {})} forgotten`);
client.close();
