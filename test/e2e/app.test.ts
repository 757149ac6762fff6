import { type Connection, EchoServer, type Message } from "@windlass/app";
import { expect, test } from "vitest";
import { Opcode } from "../support/frames.ts";
import { RawClient } from "../support/raw-client.ts";
import { startApp } from "../support/start-app.ts";

test("echoes text as text and binary as binary", async () => {
  const { port } = await startApp((app) => app.route("/echo", new EchoServer(), ["*"]));
  const client = await RawClient.open(port, "/echo");
  client.writeText("hällo");
  expect(await client.text()).toBe("hällo");
  client.writeFrame(Opcode.Binary, new Uint8Array([0, 255, 128]));
  const frame = await client.frame();
  expect(frame.opcode).toBe(Opcode.Binary);
  expect([...frame.payload]).toEqual([0, 255, 128]);
});

test("passes a chat message to everyone but the sender", async () => {
  class Chat {
    readonly #clients = new Set<Connection>();
    onOpen(connection: Connection): void {
      this.#clients.add(connection);
    }
    onMessage(from: Connection, message: Message): void {
      for (const client of this.#clients) if (client !== from) client.send(message);
    }
    onClose(connection: Connection): void {
      this.#clients.delete(connection);
    }
  }
  const { port } = await startApp((app) => app.route("/chat", new Chat(), ["*"]));
  const alice = await RawClient.open(port, "/chat");
  const bob = await RawClient.open(port, "/chat");
  alice.writeText("hi bob");
  expect(await bob.text()).toBe("hi bob");
  bob.writeText("hi alice");
  expect(await alice.text()).toBe("hi alice");
});
