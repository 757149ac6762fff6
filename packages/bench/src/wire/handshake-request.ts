import { randomBytes } from "node:crypto";

export interface HandshakeRequestOptions {
  /** `ws:` or `wss:`; gives the Host header. */
  readonly url: URL;
  /** Path and query. */
  readonly target: string;
  readonly origin: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly style: "minimal" | "browser";
  readonly subprotocols: readonly string[];
}

type HeaderLine = readonly [name: string, value: string];

const USER_AGENT =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

/** A handshake request but for the key, which differs from one connection to the next. */
export class HandshakeRequest {
  readonly #beforeKey: string;
  readonly #afterKey: string;

  constructor(options: HandshakeRequestOptions) {
    const { before, after } = headerLines(options);
    const own = Object.entries(options.headers);
    const taken = new Set(own.map(([name]) => name.toLowerCase()));
    const print = (lines: readonly HeaderLine[]) =>
      lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const kept = (lines: readonly HeaderLine[]) =>
      print(lines.filter(([name]) => !taken.has(name.toLowerCase())));
    this.#beforeKey = `GET ${options.target} HTTP/1.1\r\n${kept(before)}Sec-WebSocket-Key: `;
    this.#afterKey = `\r\n${kept(after)}${print(own)}\r\n`;
  }

  /** The request as text (Latin-1) with `key` in it. */
  withKey(key: string): string {
    return this.#beforeKey + key + this.#afterKey;
  }
}

/** 16 random bytes in base64, as RFC 6455, section 4.1 wants them. */
export function createHandshakeKey(): string {
  return randomBytes(16).toString("base64");
}

/** A browser always names the page's origin; without one given the page is the server's own. */
export function sentOrigin(
  url: URL,
  options: Pick<HandshakeRequestOptions, "origin" | "style">,
): string | undefined {
  if (options.origin !== undefined || options.style === "minimal") return options.origin;
  return `${url.protocol === "wss:" ? "https:" : "http:"}//${url.host}`;
}

function headerLines(options: HandshakeRequestOptions): {
  before: HeaderLine[];
  after: HeaderLine[];
} {
  const { url, subprotocols, style } = options;
  const offered: HeaderLine[] =
    subprotocols.length === 0 ? [] : [["Sec-WebSocket-Protocol", subprotocols.join(", ")]];
  const origin = sentOrigin(url, options);
  const originLine: HeaderLine[] = origin === undefined ? [] : [["Origin", origin]];
  if (style === "minimal") {
    const before: HeaderLine[] = [
      ["Host", url.host],
      ["Upgrade", "websocket"],
      ["Connection", "Upgrade"],
    ];
    return { before, after: [["Sec-WebSocket-Version", "13"], ...originLine, ...offered] };
  }
  const before: HeaderLine[] = [
    ["Host", url.host],
    ["Connection", "Upgrade"],
    ["Pragma", "no-cache"],
    ["Cache-Control", "no-cache"],
    ["User-Agent", USER_AGENT],
    ["Upgrade", "websocket"],
    ...originLine,
    ["Sec-WebSocket-Version", "13"],
    ["Accept-Encoding", "gzip, deflate, br, zstd"],
    ["Accept-Language", "en-US,en;q=0.9"],
  ];
  const extensions: HeaderLine = [
    "Sec-WebSocket-Extensions",
    "permessage-deflate; client_max_window_bits",
  ];
  return { before, after: [extensions, ...offered] };
}
