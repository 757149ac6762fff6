import type { Connection, Message } from "@windlass/app";
import { describe, expect, test } from "vitest";
import { handshakeRequest, RawClient } from "../support/raw-client.ts";
import { startApp } from "../support/start-app.ts";

const halfPair = "hi \ud83d";

describe("half a surrogate pair", () => {
  test("goes out as U+FFFD, by send, publish and broadcast", async () => {
    const { port } = await startApp((app) => {
      const route = app.route(
        "/",
        {
          onOpen: (connection: Connection) => void connection.subscribe("all"),
          onMessage(connection: Connection, message: Message) {
            const text = String(message.json());
            connection.send(text);
            void route.publish("all", text);
            route.broadcast(text);
          },
        },
        ["*"],
      );
    });
    const client = await RawClient.open(port, "/");
    client.writeText(JSON.stringify(halfPair));
    const texts = [await client.text(), await client.text(), await client.text()];
    expect(texts).toEqual(Array.from({ length: 3 }, () => "hi \ufffd"));
    client.destroy();
  });

  test("in a close reason does not hide the code", async () => {
    const { port } = await startApp((app) => {
      const component = {
        onMessage: (connection: Connection) => connection.close(4_000, halfPair),
      };
      app.route("/", component, ["*"]);
    });
    const client = await RawClient.open(port, "/");
    client.writeText("close me");
    expect(await client.closeFrame()).toEqual({ code: 4_000, reason: "hi \ufffd" });
    client.destroy();
  });
});

describe("a request that a handler would see differently than the routes", () => {
  const paths = [
    "/public/../admin",
    "/public/%2e%2e/admin",
    "/public/.%2E/admin",
    "/public/..",
    "/public/./x",
    "/public/..\\admin",
    "/public/\u00e9",
  ];
  test.each(paths)("is refused for its path: %s", async (path) => {
    const { port, log } = await startApp((app) =>
      app.http("/public/*", (request) => new Response(new URL(request.url).pathname)),
    );
    const client = await RawClient.connect(port);
    client.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    expect((await client.response()).status).toBe(400);
    expect(log.refusals).toMatchObject([{ rule: "request", code: "ERR_REQUEST_INVALID" }]);
  });

  const hosts = [
    "localhost:80/admin?",
    "localhost:@evil.example",
    "localhost: x",
    "localhost:abc",
    "localhost:-1",
    "/",
    "::1",
  ];
  test.each(hosts)("is refused for its Host, also as a handshake: %s", async (host) => {
    const { port, log } = await startApp((app) => {
      app.http("/page", () => new Response("page"), { httpHost: "" });
      app.route("/chat", { onMessage: () => {} }, ["*"], { httpHost: "" });
    });
    const client = await RawClient.connect(port);
    client.write(`GET /page HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    expect((await client.response()).status).toBe(400);
    const other = await RawClient.connect(port);
    other.write(handshakeRequest("/chat", { headers: { Host: host } }));
    expect((await other.response()).status).toBe(400);
    expect(log.refusals).toHaveLength(2);
  });

  test("is served when only its letters are encoded", async () => {
    const { port } = await startApp((app) =>
      app.http("/:name", (_request, { params }) => new Response(params["name"])),
    );
    const answer = await fetch(`http://localhost:${port}/a%2eb%C3%A9`);
    expect(await answer.text()).toBe("a.b\u00e9");
  });
});

test("a header value of a Fetch handler goes out a byte for each character", async () => {
  const { port } = await startApp((app) =>
    app.http("/", () => new Response("", { headers: { "X-Name": "\u00e9" } })),
  );
  const answer = await fetch(`http://localhost:${port}/`);
  expect(answer.headers.get("x-name")).toBe("\u00e9");
});

test("a body that fails is reported once", async () => {
  const { port, log } = await startApp((app) =>
    app.http(
      "/",
      () => new Response(new ReadableStream({ pull: (body) => body.error(undefined) })),
    ),
  );
  await fetch(`http://localhost:${port}/`).catch(() => undefined);
  await fetch(`http://localhost:${port}/none`);
  const lines = log.lines.filter((line) => line.message === "an HTTP handler failed");
  expect(lines).toHaveLength(1);
});
