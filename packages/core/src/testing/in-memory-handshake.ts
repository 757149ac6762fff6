import type { Guard, Refusal, Verdict } from "../contract/guard.ts";
import {
  createHandshake,
  type Handshake,
  type HandshakeScheme,
  hostnameOf,
} from "../contract/handshake.ts";
import { HeaderList } from "../contract/header-list.ts";

/**
 * An upgrade request as a test describes it. Every part has a default; together they are a browser
 * on a page of the same host.
 */
export interface InMemoryRequest {
  /** Default: `"/"`. */
  readonly path?: string;
  /** Path parameters of the route. Default: none. */
  readonly params?: Readonly<Record<string, string>>;
  /** Without the question mark. Default: none. */
  readonly query?: string | Readonly<Record<string, string>>;
  /** Added to the headers of a handshake and replacing them; null leaves one out. Default: none. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** The Origin header; null for a client that is no browser. Default: a page of `host`. */
  readonly origin?: string | null;
  /** Address of the client. Default: `"127.0.0.1"`. */
  readonly ip?: string;
  /** The Host header, with or without a port. Default: `"localhost"`. */
  readonly host?: string;
  /** Default: `"ws"`. */
  readonly scheme?: HandshakeScheme;
  /** The subprotocol both sides speak, offered by the client. Default: `""`. */
  readonly subprotocol?: string;
}

/** Thrown by `connect` when the guard refused; says what a log line would. */
export class HandshakeRefusedError extends Error {
  override readonly name = "HandshakeRefusedError";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    const { status, code, rule, seen, wanted } = refusal;
    super(`${status} ${code}: ${rule} saw "${seen}", wanted "${wanted}"`);
    this.refusal = refusal;
  }
}

/** A Handshake as the transport would make it of this request. */
export function createInMemoryHandshake(request: InMemoryRequest = {}): Handshake {
  const { path = "/", params = {}, query = "", ip = "127.0.0.1" } = request;
  const { host = "localhost", scheme = "ws", subprotocol = "" } = request;
  return createHandshake({
    path,
    params: Object.freeze({ ...params }),
    queryString: new URLSearchParams(query).toString(),
    headers: headersOf(request, host, scheme, subprotocol),
    host: hostnameOf(host),
    ip,
    scheme,
    subprotocol,
  });
}

/**
 * What a guard says to a request. A guard that throws or rejects rejects this promise.
 *
 * @param signal the context's signal. Default: one that never aborts.
 */
export async function handshakeInMemory(
  guard: Guard,
  request: InMemoryRequest = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Verdict> {
  return await guard.check(createInMemoryHandshake(request), { signal });
}

function headersOf(
  request: InMemoryRequest,
  host: string,
  scheme: HandshakeScheme,
  subprotocol: string,
): HeaderList {
  const { origin = `${scheme === "wss" ? "https" : "http"}://${host}` } = request;
  const given = Object.entries(request.headers ?? {});
  const fields: Readonly<Record<string, string | null>> = {
    host,
    upgrade: "websocket",
    connection: "Upgrade",
    // The example key of RFC 6455 section 1.2.
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
    "sec-websocket-protocol": subprotocol === "" ? null : subprotocol,
    origin,
    ...Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value])),
  };
  const headers = new HeaderList();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== null) headers.append(name, value);
  }
  return headers;
}
