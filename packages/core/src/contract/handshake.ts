import { HeaderList } from "./header-list.ts";

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
  readonly headers: HeaderList;
  readonly host: string;
  readonly ip: string;
  readonly scheme: HandshakeScheme;
  readonly subprotocol: string;
}

class FrozenHandshake implements Handshake {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly host: string;
  readonly ip: string;
  readonly scheme: HandshakeScheme;
  readonly subprotocol: string;
  readonly #headerNames: readonly string[];
  readonly #headerText: string;
  /** Parsed on first use: most connections never look at it, and each would pay for the object. */
  #query: string | HandshakeQuery;

  constructor(init: HandshakeInit) {
    this.path = init.path;
    this.params = init.params;
    this.host = init.host;
    this.ip = init.ip;
    this.scheme = init.scheme;
    this.subprotocol = init.subprotocol;
    this.#headerNames = init.headers.names;
    this.#headerText = init.headers.text;
    this.#query = init.queryString;
    Object.freeze(this);
  }

  // Not kept as an object either: it is asked for a few times at the beginning, and the connection may
  // then be idle for days.
  get headers(): HandshakeHeaders {
    return new HeaderList(this.#headerNames, this.#headerText);
  }

  get query(): HandshakeQuery {
    if (typeof this.#query === "string") this.#query = new URLSearchParams(this.#query);
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
