import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { App, EchoServer, type Guard, type Message, type Verdict } from "@windlass/app";
import { describe, expect, test } from "vitest";
import { MemoryLogger } from "../support/memory-logger.ts";
import { handshakeRequest, RawClient } from "../support/raw-client.ts";
import { startApp } from "../support/start-app.ts";
import { tempDir } from "../support/temp-dir.ts";

describe("what a client sends", () => {
  test("never reaches the log as a query, whatever is wrong with the request", async () => {
    const { port, log } = await startApp((app) => app.http("/*", () => new Response("fine")));
    for (const start of [
      "TRACE /a?token=s3cret",
      "GET /../a?token=s3cret",
      "BREW /b?token=s3cret",
    ]) {
      const client = await RawClient.connect(port);
      client.write(`${start} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      await client.response();
      client.destroy();
    }
    expect(log.refusals.length).toBeGreaterThan(0);
    expect(JSON.stringify(log.lines)).not.toContain("s3cret");
  });

  test("never reaches the log as a token in the place of a subprotocol", async () => {
    const { port, log } = await startApp((app) => app.route("/", new EchoServer(), ["*"]));
    const token = "0123456789abcdef0123456789abcdef";
    const headers = { "Sec-WebSocket-Protocol": `chat, ${token}` };
    const client = await RawClient.connect(port);
    client.write(handshakeRequest("/", { headers }));
    expect((await client.response()).status).toBe(426);
    expect(log.refusals[0]?.["seen"]).toBe("chat, (a value of 32 characters)");
  });
});

describe("a refusal made by hand", () => {
  const refusals: readonly [string, object][] = [
    ["splits the response", { headers: { "X-A": "a\r\nSet-Cookie: evil=1" } }],
    ["is no refusal", { status: 200 }],
    ["has a code of its own", { code: "ERR_MINE" }],
  ];
  test.each(refusals)("that %s is answered with 500", async (_how, odd) => {
    const whole = { accepted: false, code: "ERR_GUARD_REFUSED", status: 403 };
    const refusal = { ...whole, rule: "mine", seen: "a", wanted: "b", ...odd };
    const guards: Guard[] = [
      { check: () => refusal as unknown as Verdict },
      { check: () => Promise.resolve(refusal as unknown as Verdict) },
    ];
    for (const guard of guards) {
      const { port } = await startApp((app) =>
        app.route("/", new EchoServer(), ["*"], { guards: [guard] }),
      );
      const client = await RawClient.connect(port);
      client.write(handshakeRequest("/"));
      const answer = await client.response();
      expect(answer.status).toBe(500);
      expect(answer.headers.has("set-cookie")).toBe(false);
    }
  });
});

test("close() goes on when the file of the unix socket cannot be removed", async () => {
  const path = join(tempDir(), "app.sock");
  const log = new MemoryLogger();
  const app = new App("localhost", 0, path, { logger: log });
  app.route("/", new EchoServer(), ["*"]);
  await app.run();
  const client = await RawClient.open({ path }, "/");
  await rm(path);
  await mkdir(path);
  await app.close({ graceMs: 1_000 });
  expect(app.state).toBe("closed");
  expect((await client.closeFrame()).code).toBe(1_001);
  expect(log.lines.map((line) => line.message)).toContain("the socket file could not be removed");
});

test("a message that a decorator wraps can be sent on", async () => {
  const { port } = await startApp((app) => {
    app.route(
      "/",
      {
        onMessage(connection, message) {
          const shouting: Message = {
            isBinary: false,
            byteLength: message.byteLength,
            text: () => message.text().toUpperCase(),
            bytes: () => message.bytes(),
            json: () => message.json(),
            retain: () => shouting,
          };
          connection.send(shouting);
        },
      },
      ["*"],
    );
  });
  const client = await RawClient.open(port, "/");
  client.writeText("hi");
  expect(await client.text()).toBe("HI");
  client.destroy();
});

test("declarations that could never work are refused at once", () => {
  const app = new App("localhost", 0, "127.0.0.1", { logger: new MemoryLogger() });
  const component = new EchoServer();
  expect(() => app.route("/café", component)).toThrow("percent-encoded");
  expect(() => app.route("/a/../b", component)).toThrow('"." and ".."');
  expect(() => app.route("/a", component, [], { httpHost: "http://x" })).toThrow("without scheme");
  expect(() => app.route("/a", component, "example.com" as unknown as string[])).toThrow(
    'expected a list such as ["example.com"]',
  );
  expect(() => new App("*")).toThrow("without wildcards");
});
