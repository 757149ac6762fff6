import { createHash } from "node:crypto";

/** How far a handshake is. */
export type HandshakeState =
  | { readonly kind: "incomplete" }
  /** The connection is open; frames begin at `next` of the chunk last read. */
  | { readonly kind: "open"; readonly next: number }
  /** An HTTP answer other than 101; `body` is the first line of its body, shortened. */
  | { readonly kind: "refused"; readonly status: string; readonly body: string }
  /** No answer a WebSocket server may give: a sentence. */
  | { readonly kind: "invalid"; readonly reason: string };

export interface ExpectedHandshake {
  readonly key: string;
  readonly subprotocols: readonly string[];
  /** Whether the request offered permessage-deflate. */
  readonly offersExtensions: boolean;
}

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const MAX_HEAD_BYTES = 16_384;
const MAX_BODY_LINE = 120;
const INCOMPLETE: HandshakeState = { kind: "incomplete" };

/** Reads the answer to one handshake request. */
export class HandshakeReader {
  readonly #expected: ExpectedHandshake;
  #before = "";

  constructor(expected: ExpectedHandshake) {
    this.#expected = expected;
  }

  /** Reads `chunk` from `start` to `end`. Not to be called again once it is complete. */
  read(chunk: Buffer, start: number, end: number): HandshakeState {
    const seen = this.#before.length;
    this.#before += chunk.toString("latin1", start, end);
    return this.#judge(start - seen, false);
  }

  /** The server ended the connection: what came of its answer. */
  end(): HandshakeState {
    return this.#judge(0, true);
  }

  /** `origin`: where in the chunk the first byte of the answer would lie. */
  #judge(origin: number, isLast: boolean): HandshakeState {
    const text = this.#before;
    const head = text.indexOf("\r\n\r\n");
    if (head < 0) return judgeCutHead(text);
    const [statusLine = "", ...lines] = text.slice(0, head).split("\r\n");
    const status = /^HTTP\/1\.[01] (\d{3} ?.*)$/.exec(statusLine)?.[1];
    if (status === undefined) return notHttp(text);
    const headers = parseHeaders(lines);
    if (!status.startsWith("101")) {
      return judgeRefusal(status.trim(), headers, text.slice(head + 4), isLast);
    }
    const problem = checkUpgrade(headers, this.#expected);
    if (problem !== undefined) return { kind: "invalid", reason: `handshake invalid: ${problem}` };
    return { kind: "open", next: origin + head + 4 };
  }
}

/** The Sec-WebSocket-Accept that belongs to a key (RFC 6455, section 4.2.2). */
export function acceptFor(key: string): string {
  return createHash("sha1")
    .update(key + GUID)
    .digest("base64");
}

function judgeCutHead(text: string): HandshakeState {
  const hasHttpStart = "HTTP/1.".startsWith(text.slice(0, 7));
  if (!hasHttpStart) return notHttp(text);
  if (text.length <= MAX_HEAD_BYTES) return INCOMPLETE;
  const reason = `handshake invalid: the answer has a head of more than ${MAX_HEAD_BYTES} bytes`;
  return { kind: "invalid", reason };
}

function notHttp(text: string): HandshakeState {
  // A TLS alert is a record of type 21 and version 3.x.
  const reason = text.startsWith("\x15\x03")
    ? "handshake invalid: the server speaks TLS; use a wss: URL"
    : `handshake invalid: the answer is not HTTP/1.1 but begins ${JSON.stringify(text.slice(0, 40))}`;
  return { kind: "invalid", reason };
}

function parseHeaders(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function checkUpgrade(
  headers: ReadonlyMap<string, string>,
  { key, subprotocols, offersExtensions }: ExpectedHandshake,
): string | undefined {
  const upgrade = headers.get("upgrade");
  if (upgrade?.toLowerCase() !== "websocket") {
    return `the Upgrade header is ${describe(upgrade)}; wanted "websocket"`;
  }
  const connection = headers.get("connection");
  if (!/(^|[ ,])upgrade($|[ ,])/i.test(connection ?? "")) {
    return `the Connection header is ${describe(connection)}; wanted "Upgrade"`;
  }
  if (headers.get("sec-websocket-accept") !== acceptFor(key)) {
    return "the Sec-WebSocket-Accept header does not belong to the key that was sent; a cache may be in between";
  }
  const subprotocol = headers.get("sec-websocket-protocol");
  if (subprotocol !== undefined && !subprotocols.includes(subprotocol)) {
    return `the server chose the subprotocol ${describe(subprotocol)}, which was not offered`;
  }
  const extensions = headers.get("sec-websocket-extensions");
  if (extensions !== undefined && !offersExtensions) {
    return `the server chose the extension ${describe(extensions)}, which was not offered`;
  }
  return undefined;
}

function judgeRefusal(
  status: string,
  headers: ReadonlyMap<string, string>,
  body: string,
  isLast: boolean,
): HandshakeState {
  const isChunked = /chunked/i.test(headers.get("transfer-encoding") ?? "");
  const declared = headers.get("content-length");
  // A chunk begins with a line that gives its size.
  const content = isChunked ? body.slice(body.indexOf("\n") + 1 || body.length) : body;
  const isWhole = declared !== undefined && body.length >= Number(declared);
  const hasLine = content.trimStart().includes("\n") || content.length > 4 * MAX_BODY_LINE;
  if (!(isLast || isWhole || hasLine)) return INCOMPLETE;
  const line = Buffer.from(content, "latin1").toString("utf8").trim().split(/\r?\n/)[0] ?? "";
  const isCut = line.length > MAX_BODY_LINE;
  return { kind: "refused", status, body: isCut ? `${line.slice(0, MAX_BODY_LINE)}...` : line };
}

function describe(value: string | undefined): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}
