/** Read-only view of the query string. */
export type HandshakeQuery = Pick<
  URLSearchParams,
  "get" | "getAll" | "has" | "keys" | "values" | "entries" | "toString" | typeof Symbol.iterator
>;

/** Read-only view of the request headers; names are matched without regard to case. */
export type HandshakeHeaders = Pick<
  Headers,
  "get" | "has" | "keys" | "values" | "entries" | typeof Symbol.iterator
>;

/** The scheme the client used (RFC 6455 section 3). */
export type HandshakeScheme = "ws" | "wss";

/**
 * The client's upgrade request, copied out of the native request before anything could be awaited,
 * and frozen: it may be kept as long as you like.
 */
export interface Handshake {
  /** The path without the query, as sent: `/room/7`. */
  readonly path: string;
  /** Path parameters of the route, percent-decoded: `{ name: "7" }` for `/room/:name`. */
  readonly params: Readonly<Record<string, string>>;
  /** The query string. Never merged with `params`. */
  readonly query: HandshakeQuery;
  readonly headers: HandshakeHeaders;
  /** Host header in lower case without the port. */
  readonly host: string;
  /**
   * Address of the client in canonical form, `""` behind a unix socket. Forwarding headers and the
   * PROXY protocol count only when the direct peer is one of `trustedProxies`.
   */
  readonly ip: string;
  /** `wss` when the client's own connection was encrypted, also by a trusted proxy. */
  readonly scheme: HandshakeScheme;
  /** The subprotocol both sides will speak, or `""`. */
  readonly subprotocol: string;
}

/** What a Handshake is made of. */
export interface HandshakeInit {
  readonly path: string;
  readonly queryString: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: HandshakeHeaders;
  readonly host: string;
  readonly ip: string;
  readonly scheme: HandshakeScheme;
  readonly subprotocol: string;
}

class FrozenHandshake implements Handshake {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: HandshakeHeaders;
  readonly host: string;
  readonly ip: string;
  readonly scheme: HandshakeScheme;
  readonly subprotocol: string;
  readonly #queryString: string;
  #query: HandshakeQuery | undefined;

  constructor(init: HandshakeInit) {
    this.path = init.path;
    this.params = init.params;
    this.headers = init.headers;
    this.host = init.host;
    this.ip = init.ip;
    this.scheme = init.scheme;
    this.subprotocol = init.subprotocol;
    this.#queryString = init.queryString;
    Object.freeze(this);
  }

  // Parsed on first use: most connections never look at it, and each would pay for the object.
  get query(): HandshakeQuery {
    this.#query ??= new URLSearchParams(this.#queryString);
    return this.#query;
  }
}

/** A frozen Handshake. */
export function createHandshake(init: HandshakeInit): Handshake {
  return new FrozenHandshake(init);
}

/** The host part of a Host header: lower case, without port; IPv6 keeps its brackets. */
export function hostnameOf(hostHeader: string): string {
  const host = hostHeader.trim().toLowerCase();
  const bracket = host.lastIndexOf("]");
  const colon = host.lastIndexOf(":");
  return colon > bracket ? host.slice(0, colon) : host;
}
