import { once } from "node:events";
import { ProtocolError } from "@windlass/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { chat } from "./client-stage.test-helper.ts";
import { connect, type ProtocolClient, ReconnectingWebSocket } from "./index.ts";

const handlers = { confirm: () => true, date: () => new Date(0) };

/** A server with a memory of one request: the first connection breaks, the second one answers. */
class ForgetfulServer {
  readonly #server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  connections = 0;

  constructor() {
    this.#server.on("connection", (socket) => {
      this.connections += 1;
      const isFirst = this.connections === 1;
      socket.on("message", (text) => {
        const { type, id } = JSON.parse(String(text)) as { readonly type: string; id?: number };
        const answer =
          type === "hello"
            ? { type: "welcome", connection: "c", resumed: !isFirst }
            : { type: "response", id, data: ["hi"] };
        if (type === "request" && isFirst) socket.terminate();
        else socket.send(JSON.stringify(answer));
      });
    });
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("it does not listen");
    return `ws://127.0.0.1:${address.port}`;
  }

  async listen(): Promise<void> {
    await once(this.#server, "listening");
  }

  close(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }
}

describe("with the sockets of ws", () => {
  let server: ForgetfulServer;
  let client: ProtocolClient<typeof chat> | undefined;

  beforeEach(async () => {
    server = new ForgetfulServer();
    await server.listen();
  });

  afterEach(() => {
    client?.close();
    server.close();
  });

  it("gets an answer over a connection that breaks", async () => {
    client = connect(chat, server.url, { WebSocket, handlers, reconnect: { minDelayMs: 1 } });
    expect(await client.request("history", { limit: 1 })).toEqual(["hi"]);
    expect(server.connections).toBe(2);
  });

  it("may be closed while it connects", async () => {
    client = connect(chat, server.url, { WebSocket, handlers });
    const opened = client.opened();
    client.close();
    await expect(opened).rejects.toBeInstanceOf(ProtocolError);
  });

  it("throws for what is no URL", () => {
    const call = (): unknown => connect(chat, "chat", { WebSocket, handlers });
    expect(call).toThrow(SyntaxError);
    expect(() => new ReconnectingWebSocket(server.url, ["a", "a"], { WebSocket })).toThrow(
      SyntaxError,
    );
  });

  it("tells why an attempt failed", async () => {
    const { url } = server;
    server.close();
    client = connect(chat, url, { WebSocket, handlers, reconnect: { maxAttempts: 0 } });
    const error: unknown = await client.opened().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ERR_CONNECTION_CLOSED", cause: { code: "ECONNREFUSED" } });
  });

  it("is a plain socket that closes as the DOM's does", async () => {
    const socket = new ReconnectingWebSocket(server.url, [], { WebSocket });
    await once(socket, "open");
    socket.close(4001, "bye");
    const [event] = (await once(socket, "close")) as [CloseEvent];
    const { code, reason, wasClean } = event;
    expect({ code, reason, wasClean }).toEqual({ code: 4001, reason: "bye", wasClean: true });
    expect(socket.readyState).toBe(3);
  });
});
