import { describe, expect, it } from "vitest";
import { createHandshakeKey, HandshakeRequest, sentOrigin } from "./handshake-request.ts";
import { acceptFor, HandshakeReader, type HandshakeState } from "./handshake-response.ts";

const key = "dGhlIHNhbXBsZSBub25jZQ==";
const url = new URL("ws://example.test:8080/chat?x=1");
const minimal = {
  url,
  target: "/chat?x=1",
  origin: undefined,
  headers: {},
  style: "minimal",
  subprotocols: [],
} as const;

function headers(request: string): string[] {
  return request.split("\r\n").slice(1, -2);
}

describe("HandshakeRequest", () => {
  it("asks for what RFC 6455 wants and no more", () => {
    expect(new HandshakeRequest(minimal).withKey(key).split("\r\n")).toEqual([
      "GET /chat?x=1 HTTP/1.1",
      "Host: example.test:8080",
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${key}`,
      "Sec-WebSocket-Version: 13",
      "",
      "",
    ]);
  });

  it("sends the twelve headers of a browser, with the server's own origin by default", () => {
    const request = new HandshakeRequest({ ...minimal, style: "browser" }).withKey(key);
    expect(headers(request)).toHaveLength(12);
    expect(request).toContain("\r\nOrigin: http://example.test:8080\r\n");
    expect(sentOrigin(new URL("wss://a.test/"), { origin: undefined, style: "browser" })).toBe(
      "https://a.test",
    );
  });

  it("adds the origin, the subprotocols and further headers, which replace its own", () => {
    const request = new HandshakeRequest({
      ...minimal,
      origin: "https://a.test",
      subprotocols: ["chat", "echo"],
      headers: { host: "b.test", Cookie: "a=1" },
    }).withKey(key);
    expect(headers(request)).toEqual([
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${key}`,
      "Sec-WebSocket-Version: 13",
      "Origin: https://a.test",
      "Sec-WebSocket-Protocol: chat, echo",
      "host: b.test",
      "Cookie: a=1",
    ]);
  });

  it("has a new key of 16 bytes for each connection", () => {
    expect(Buffer.from(createHandshakeKey(), "base64")).toHaveLength(16);
    expect(createHandshakeKey()).not.toBe(createHandshakeKey());
  });
});

const accepted = [
  "HTTP/1.1 101 Switching Protocols",
  "upgrade: WebSocket",
  "Connection: keep-alive, Upgrade",
  `Sec-WebSocket-Accept: ${acceptFor(key)}`,
];

function reader(offersExtensions = false): HandshakeReader {
  return new HandshakeReader({ key, subprotocols: ["chat"], offersExtensions });
}

function read(text: string, offersExtensions = false): HandshakeState {
  const bytes = Buffer.from(text);
  return reader(offersExtensions).read(bytes, 0, bytes.length);
}

function answer(lines: readonly string[]): string {
  return `${lines.join("\r\n")}\r\n\r\n`;
}

describe("HandshakeReader", () => {
  it("computes the accept of the example in RFC 6455", () => {
    expect(acceptFor(key)).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  });

  it("says where the frames begin", () => {
    const text = answer(accepted);
    expect(read(`${text}frames`)).toEqual({ kind: "open", next: text.length });
  });

  it("puts an answer together that comes in pieces", () => {
    const bytes = Buffer.from(`${answer(accepted)}frames`);
    const end = bytes.length - "frames".length;
    const pieces = reader();
    for (let at = 0; at < end - 1; at += 1) {
      expect(pieces.read(bytes, at, at + 1)).toEqual({ kind: "incomplete" });
    }
    expect(pieces.read(bytes, end - 1, bytes.length)).toEqual({ kind: "open", next: end });
  });

  it.each([
    [
      "a wrong accept",
      answer([...accepted.slice(0, 3), "Sec-WebSocket-Accept: a"]),
      "Sec-WebSocket-Accept",
    ],
    [
      "no Upgrade header",
      answer(accepted.filter((line) => !/^upgrade/.test(line))),
      "Upgrade header is missing",
    ],
    [
      "another Connection header",
      answer([...accepted.filter((line) => !/^Conn/.test(line)), "Connection: close"]),
      '"close"',
    ],
    [
      "a subprotocol that was not offered",
      answer([...accepted, "Sec-WebSocket-Protocol: x"]),
      '"x"',
    ],
    [
      "an extension that was not offered",
      answer([...accepted, "Sec-WebSocket-Extensions: y"]),
      '"y"',
    ],
    ["something that is not HTTP", "SSH-2.0-OpenSSH", "SSH-2.0"],
    ["a TLS alert", "\x15\x03\x01\x00\x02", "use a wss: URL"],
    ["a head without end", `HTTP/1.1 101 x\r\n${"a".repeat(17_000)}`, "more than 16384 bytes"],
  ])("does not take %s", (_, text, words) => {
    const state = read(text);
    expect(state.kind).toBe("invalid");
    expect(state.kind === "invalid" ? state.reason : "").toContain(words);
  });

  it("takes what was offered", () => {
    const lines = [...accepted, "Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Extensions: y"];
    expect(read(answer(lines), true).kind).toBe("open");
  });

  it.each([
    ["with a length", "HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nbad thing", "bad thing"],
    ["without a body", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", ""],
    [
      "in chunks",
      "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbad\r\n0\r\n\r\n",
      "bad",
    ],
    ["of several lines", "HTTP/1.1 403 Forbidden\r\n\r\nbad\nthing", "bad"],
    ["that is long", `HTTP/1.1 403 Forbidden\r\n\r\n${"a".repeat(500)}`, `${"a".repeat(120)}...`],
  ])("gives status and first line of a refusal %s", (_, text, body) => {
    expect(read(text)).toEqual({ kind: "refused", status: "403 Forbidden", body });
  });

  it("waits for the body of a refusal until it or the connection ends", () => {
    const bytes = Buffer.from("HTTP/1.1 400 Bad\r\n\r\nno");
    const pieces = reader();
    expect(pieces.read(bytes, 0, bytes.length)).toEqual({ kind: "incomplete" });
    expect(pieces.end()).toEqual({ kind: "refused", status: "400 Bad", body: "no" });
  });
});
