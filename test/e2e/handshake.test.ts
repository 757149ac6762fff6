import { once } from "node:events";
import { type App, EchoServer, type Handshake } from "@windlass/app";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { exchange } from "../support/exchange.ts";
import {
  type HandshakeOverrides,
  handshakeRequest,
  RawClient,
  sampleAccept,
  sampleKey,
} from "../support/raw-client.ts";
import { Recorder } from "../support/recorder.ts";
import { startApp } from "../support/start-app.ts";
import { TextClient } from "../support/text-client.ts";

const subprotocols = ["v2.chat", "v1.chat"];

function declareRoutes(app: App): void {
  const echo = new EchoServer();
  app.route("/chat", echo);
  app.route("/any", echo, ["*"]);
  app.route("/anywhere", echo, ["*"], { httpHost: "" });
  app.route("/sub", echo, ["*"], { subprotocols });
  app.route("/lenient", echo, ["*"], { subprotocols, strictSubprotocols: false });
  app.route("/deaf", echo, ["*"], { strictSubprotocols: false });
}

/** A handshake that is answered with 101. */
interface AcceptedHandshake {
  readonly name: string;
  /** `/any` unless told otherwise. */
  readonly path?: string;
  readonly headers?: HandshakeOverrides["headers"];
  /** The subprotocol of the answer; no such header unless told otherwise. */
  readonly subprotocol?: string;
}

const accepted: readonly AcceptedHandshake[] = [
  { name: "the handshake of the RFC" },
  { name: "a Host in another case with a port", headers: { Host: "LOCALHOST:8080" } },
  { name: "any Host on a route for all", path: "/anywhere", headers: { Host: "shop.example:81" } },
  { name: "an Origin", path: "/chat", headers: { Origin: "http://localhost" } },
  {
    name: "an Origin with another scheme and port",
    path: "/chat",
    headers: { Origin: "https://localhost:9999" },
  },
  { name: "a query", path: "/any?token=1&token=2" },
  { name: "a list in Connection", headers: { Connection: "keep-alive, Upgrade" } },
  {
    name: "values in other cases",
    headers: { Upgrade: "WebSocket", Connection: "KEEP-ALIVE,UPGRADE" },
  },
  {
    name: "header names in lower case",
    headers: {
      Host: undefined,
      Upgrade: undefined,
      Connection: undefined,
      "Sec-WebSocket-Key": undefined,
      "Sec-WebSocket-Version": undefined,
      host: "localhost",
      upgrade: "websocket",
      connection: "upgrade",
      "sec-websocket-key": sampleKey,
      "sec-websocket-version": "13",
    },
  },
  {
    name: "permessage-deflate, without using it",
    headers: { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" },
  },
  // Ratchet answers 400; RFC 7692 section 5.1 only wants such an offer declined.
  {
    name: "permessage-deflate with an unknown parameter, without using it",
    headers: { "Sec-WebSocket-Extensions": "permessage-deflate; foo" },
  },
  {
    name: "the only subprotocol that fits",
    path: "/sub",
    headers: { "Sec-WebSocket-Protocol": "v0.chat, v1.chat" },
    subprotocol: "v1.chat",
  },
  {
    name: "the first in the order of the client of several that fit",
    path: "/sub",
    headers: { "Sec-WebSocket-Protocol": "v1.chat, v2.chat" },
    subprotocol: "v1.chat",
  },
  {
    name: "subprotocols in repeated headers",
    path: "/sub",
    headers: { "Sec-WebSocket-Protocol": "v0.chat\r\nSec-WebSocket-Protocol: v2.chat" },
    subprotocol: "v2.chat",
  },
  { name: "no subprotocol where none is demanded", path: "/lenient" },
  {
    name: "only foreign subprotocols where none is demanded",
    path: "/lenient",
    headers: { "Sec-WebSocket-Protocol": "v3.chat" },
  },
  {
    name: "a subprotocol that fits where none is demanded",
    path: "/lenient",
    headers: { "Sec-WebSocket-Protocol": "v3.chat,v2.chat" },
    subprotocol: "v2.chat",
  },
  {
    name: "a subprotocol on a lenient route without any",
    path: "/deaf",
    headers: { "Sec-WebSocket-Protocol": "v2.chat" },
  },
];

describe("accepts", () => {
  test.each(accepted)("$name", async ({ path = "/any", headers = {}, subprotocol }) => {
    const { port, log } = await startApp(declareRoutes);
    const client = await RawClient.connect(port);
    client.write(handshakeRequest(path, { headers }));
    const answer = await client.response();
    expect(answer.statusLine).toBe("HTTP/1.1 101 Switching Protocols");
    expect(answer.headers.get("upgrade")).toBe("websocket");
    expect(answer.headers.get("connection")).toBe("Upgrade");
    expect(answer.headers.get("sec-websocket-accept")).toBe(sampleAccept);
    expect(answer.headers.get("sec-websocket-protocol")).toBe(subprotocol);
    expect(answer.headers.has("sec-websocket-extensions")).toBe(false);
    client.writeText("still here?");
    expect(await client.text()).toBe("still here?");
    expect(log.refusals).toEqual([]);
  });
});

/** Connects to a route that keeps the handshake, and returns that. */
async function handshakeOf(pattern: string, path: string): Promise<Handshake> {
  const recorder = new Recorder();
  const { port } = await startApp((app) => app.route(pattern, recorder, ["*"]));
  await RawClient.open(port, path, {
    headers: { Cookie: "a=1\r\nCookie: b=2", Host: "LocalHost:1" },
  });
  return (await recorder.opened.take()).handshake;
}

describe("hands the component", () => {
  test("path parameters and the query, never merged", async () => {
    const handshake = await handshakeOf("/room/:name", "/room/lobby?name=query&token=t");
    expect(handshake.params).toEqual({ name: "lobby" });
    expect([...handshake.query]).toEqual([
      ["name", "query"],
      ["token", "t"],
    ]);
    expect(handshake.path).toBe("/room/lobby");
  });

  test("path parameters decoded, the path as sent", async () => {
    const handshake = await handshakeOf("/room/:name/:id", "/room/caf%C3%A9%20%2F%3F/a%2eb");
    expect(handshake.params).toEqual({ name: "café /?", id: "a.b" });
    expect(handshake.path).toBe("/room/caf%C3%A9%20%2F%3F/a%2eb");
  });

  test("Host, headers and address as the client's", async () => {
    const { host, headers, ip, scheme } = await handshakeOf("/x", "/x");
    expect({ host, ip, scheme }).toEqual({ host: "localhost", ip: "127.0.0.1", scheme: "ws" });
    expect(headers.get("COOKIE")).toBe("a=1; b=2");
    expect(headers.get("sec-websocket-key")).toBe(sampleKey);
  });
});

describe("permessage-deflate", () => {
  test.each([
    { compression: "shared", forgets: true },
    { compression: "dedicated", forgets: false },
  ] as const)("is answered with compression $compression", async ({ compression, forgets }) => {
    const { port } = await startApp((app) => {
      app.route("/zip", new EchoServer(), ["*"], { compression });
    });
    const client = await RawClient.connect(port);
    const offer = { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" };
    client.write(handshakeRequest("/zip", { headers: offer }));
    const extensions = (await client.response()).headers.get("sec-websocket-extensions");
    expect(extensions).toMatch(/^permessage-deflate/);
    // A compressor of its own remembers the messages before; a shared one must not.
    expect(extensions?.includes("server_no_context_takeover")).toBe(forgets);
  });

  test.each(["shared", "dedicated"] as const)(
    "is used with compression %s for large messages",
    async (compression) => {
      const recorder = new Recorder();
      const { url } = await startApp((app) => app.route("/zip", recorder, ["*"], { compression }));
      // A client that compresses everything and counts what comes over the wire.
      const options = { perMessageDeflate: { threshold: 0 } };
      const client = await TextClient.open(`${url}/zip`, options);
      const tcp: unknown = Reflect.get(client.socket, "_socket");
      const bytesRead = (): number => Number(Reflect.get(Object(tcp), "bytesRead"));
      const before = bytesRead();
      const message = "all work and no play ".repeat(2_000);
      for (const _round of [1, 2]) {
        client.send(message);
        expect(await client.text()).toBe(message);
        expect(await recorder.messages.take()).toBe(message);
      }
      expect(bytesRead() - before).toBeLessThan(message.length / 10);
    },
  );

  test("is not used for what a client without it is sent", async () => {
    const { port } = await startApp((app) => {
      app.route("/zip", new EchoServer(), ["*"], { compression: "shared" });
    });
    const client = await RawClient.open(port, "/zip");
    const message = "a".repeat(10_000);
    client.writeText(message);
    const frame = await client.frame();
    expect(frame.rsv).toBe(0);
    expect(frame.payload.toString()).toBe(message);
  });

  test("does not let a small compressed frame exceed the size limit", async () => {
    const recorder = new Recorder();
    const options = { compression: "shared", maxPayloadBytes: 1_024 } as const;
    const { url } = await startApp((app) => app.route("/zip", recorder, ["*"], options));
    const client = new WebSocket(`${url}/zip`, { perMessageDeflate: { threshold: 0 } });
    await once(client, "open");
    client.send("\0".repeat(50_000_000));
    await once(client, "close");
    expect(await recorder.closed.take()).toMatchObject({ cause: "too-big" });
    expect(recorder.messages.rest).toEqual([]);
  });
});

describe("asks for the Upgrade header before anything else", () => {
  // Ratchet looks at the Origin first. A page that is opened in the browser has none, so that it
  // would be told about its Origin and not that this is no page.
  test("of a request without Origin on a route that demands one", async () => {
    const { port } = await startApp(declareRoutes);
    const headers = { Upgrade: undefined, Connection: undefined };
    const answer = await exchange(port, handshakeRequest("/chat", { headers }));
    expect(answer.statusLine).toBe("HTTP/1.1 426 Upgrade Required");
  });
});
