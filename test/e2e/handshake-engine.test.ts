import { EchoServer } from "@windlass/app";
import { describe, expect, test } from "vitest";
import { encodeFrame, Opcode } from "../support/frames.ts";
import { handshakeRequest, RawClient } from "../support/raw-client.ts";
import { type RunningApp, startApp } from "../support/start-app.ts";

// What the engine answers before any code of ours runs, so that there is no log line either. These
// tests say what the pinned version does: a new version may do better.

const startEcho = (): Promise<RunningApp> =>
  startApp((app) => app.route("/echo", new EchoServer(), ["*"]));

/** Sends bytes and reads all that comes until the server closes the connection. */
async function send(port: number, bytes: string | Buffer): Promise<string> {
  const client = await RawClient.connect(port);
  client.write(bytes);
  await client.ended();
  return client.unread.toString("latin1");
}

const handshake = handshakeRequest("/echo");
const tooLarge = "HTTP/1.1 431 Request Header Fields Too Large";
const badRequest = "HTTP/1.1 400 Bad Request";
const wrongVersion = "HTTP/1.1 505 HTTP Version Not Supported";
const lines = (count: number): string => "X: y\r\n".repeat(count);

/** A handshake whose head has exactly so many bytes. */
function headOf(bytes: number): string {
  const head = (value: string): string =>
    handshakeRequest("/echo", { headers: { "X-Pad": value } });
  return head("x".repeat(bytes - head("").length));
}

const answered = [
  // Ratchet: 505, 505, 500, 500, 413, 404. RFC 9112 section 3.2 wants 400 for a missing Host.
  {
    name: "HTTP/1.0",
    bytes: handshakeRequest("/echo", { version: "HTTP/1.0" }),
    status: wrongVersion,
  },
  {
    name: "HTTP/2.0",
    bytes: handshakeRequest("/echo", { version: "HTTP/2.0" }),
    status: wrongVersion,
  },
  {
    name: "an absolute request target",
    bytes: handshakeRequest("http://localhost/echo"),
    status: wrongVersion,
  },
  { name: "a path without a slash", bytes: handshakeRequest("echo"), status: wrongVersion },
  { name: "a head of 4097 bytes", bytes: headOf(4_097), status: tooLarge },
  {
    name: "an unfinished head of 5000 bytes",
    bytes: headOf(5_100).slice(0, 5_000),
    status: tooLarge,
  },
  {
    name: "99 headers",
    bytes: handshake.replace("\r\n\r\n", `\r\n${lines(94)}\r\n`),
    status: tooLarge,
  },
  {
    name: "no Host",
    bytes: handshakeRequest("/echo", { headers: { Host: undefined } }),
    status: badRequest,
  },
  {
    name: "a Content-Length with Transfer-Encoding",
    bytes: handshakeRequest("/echo", {
      headers: { "Content-Length": "1", "Transfer-Encoding": "chunked" },
    }),
    status: badRequest,
  },
];

describe("the engine answers and closes after", () => {
  test.each(answered)("$name", async ({ bytes, status }) => {
    const { port, log } = await startEcho();
    const answer = await send(port, bytes);
    expect(answer.split("\r\n").slice(0, 2)).toEqual([status, "Connection: close"]);
    expect(log.refusals).toEqual([]);
  });

  test("neither of heads of 4096 bytes and 98 headers", async () => {
    const { port } = await startEcho();
    for (const head of [headOf(4_096), handshake.replace("\r\n\r\n", `\r\n${lines(93)}\r\n`)]) {
      const client = await RawClient.connect(port);
      client.write(head);
      expect((await client.response()).status).toBe(101);
    }
  });
});

/** Not answered at all; the engine ends these connections after 10 s, on its 4-second tick. */
const unanswered = [
  { name: "nothing at all", bytes: "" },
  { name: "one word instead of HTTP", bytes: "garbage\r\n\r\n" },
  { name: "an unfinished head", bytes: handshake.slice(0, 40) },
  { name: "a header without a colon", bytes: handshake.replace("Upgrade:", "Upgrade") },
  {
    name: "a control character in a header",
    bytes: handshake.replace("websocket", "web\x01socket"),
  },
  { name: "a space in a header name", bytes: handshake.replace("Upgrade:", "Up grade:") },
  { name: "no headers", bytes: "GET /echo HTTP/1.1\r\n\r\n" },
];

describe("the engine ends without an answer, within 20 seconds,", () => {
  test("what it takes for an unfinished request", { timeout: 25_000 }, async () => {
    const { port, log } = await startEcho();
    const startedAt = Date.now();
    const received = await Promise.all(unanswered.map(({ bytes }) => send(port, bytes)));
    expect(received).toEqual(unanswered.map(() => ""));
    expect(Date.now() - startedAt).toBeLessThan(20_000);
    expect(log.refusals).toEqual([]);
  });
});

describe("frames that are sent before the answer to the handshake", () => {
  const early = (text: string): Buffer =>
    Buffer.concat([Buffer.from(handshake), encodeFrame(Opcode.Text, text)]);

  // RFC 6455 section 4.1 has clients wait for the answer. Ratchet loses such frames too.
  test("are lost in the same packet, and later ones arrive", async () => {
    const { port } = await startEcho();
    const client = await RawClient.connect(port);
    client.write(early("too early"));
    expect((await client.response()).status).toBe(101);
    client.writeText("in time");
    expect(await client.text()).toBe("in time");
  });

  test("end the connection while a guard is still deciding", async () => {
    let decide = (): void => {};
    const decided = new Promise<void>((resolve) => {
      decide = resolve;
    });
    const { port, log, app } = await startApp((it) => {
      it.route("/echo", new EchoServer(), ["*"], {
        authenticate: async () => {
          await decided;
          return { userId: "u" };
        },
      });
    });
    // Read as a second request, which it is not.
    expect(await send(port, early("too early"))).toMatch(wrongVersion);
    decide();
    await app.close();
    expect(log.lines.filter(({ level }) => level === "error")).toEqual([]);
  });
});
