import { type Refusal, refuse } from "../contract/guard.ts";
import { createHandshake, type Handshake, hostnameOf } from "../contract/handshake.ts";
import type { HeaderList } from "../contract/header-list.ts";
import { canonicalIp } from "../contract/ip-address.ts";
import { type ClientAddress, resolveClient } from "./client-address.ts";
import { HeaderCollector } from "./header-collector.ts";
import type { NativeRequest, NativeResponse } from "./native.ts";

/**
 * A request copied out of the engine. The native request lives on the engine's stack and is gone
 * when the handler returns or awaits, so everything is copied first, whether it is needed or not.
 */
export interface ReadRequest {
  /** Upper case: `GET`. */
  readonly method: string;
  readonly path: string;
  readonly queryString: string;
  /** Host header in lower case without port. */
  readonly host: string;
  readonly headers: HeaderList;
  readonly client: ClientAddress;
}

/** What is the same for every request of a server. */
export interface ReadOptions {
  readonly isTls: boolean;
  readonly isTrustedProxy: (ip: string) => boolean;
}

const decoder = new TextDecoder();

/** A Host header as it came, and as the routes compare it. */
interface KnownHost {
  readonly header: string;
  /** In lower case without port. */
  readonly name: string;
  readonly isValid: boolean;
}

/** Copies requests out of the engine and says what is wrong with them. */
export class RequestReader {
  readonly #options: ReadOptions;
  /**
   * That of the request before: most clients of a server send the same one, which is then neither parsed
   * again nor kept once more for each connection.
   */
  #host: KnownHost = toKnownHost("");
  /** That of the request before. */
  #peerIp = "";
  readonly #headers = new HeaderCollector();

  constructor(options: ReadOptions) {
    this.#options = options;
  }

  /** Copies a request. Call it first in a native handler, before anything that could await. */
  read(res: NativeResponse, req: NativeRequest, method: string = methodOf(req)): ReadRequest {
    const headers = this.#headers.collect(req);
    return {
      method,
      path: req.getUrl(),
      queryString: req.getQuery() ?? "",
      host: this.#knownHost(headers).name,
      headers,
      client: this.#client(res, headers),
    };
  }

  /**
   * What the engine lets pass but HTTP does not (RFC 9112 sections 3.2 and 6.3), or what would let a
   * proxy, the routes and a handler see different requests.
   */
  check({ headers, method, path }: ReadRequest): Refusal | undefined {
    const host = this.#knownHost(headers);
    if (!host.isValid) return malformed("Host", host.header, "exactly one, as host or host:port");
    if (!pathPattern.test(path) || dotSegment.test(path)) {
      return malformed("path", path, "printable ASCII without backslashes and dot segments");
    }
    const length = headers.get("content-length");
    if (length !== null && !/^\d+$/.test(length)) {
      return malformed("Content-Length", length, "at most one number");
    }
    const encoding = headers.get("transfer-encoding");
    if (encoding !== null && encoding.toLowerCase() !== "chunked") {
      return malformed("Transfer-Encoding", encoding, "chunked, or none");
    }
    return methodPattern.test(method) ? undefined : malformed("method", method, "a token");
  }

  #knownHost(headers: HeaderList): KnownHost {
    const header = headers.get("host") ?? "";
    if (header !== this.#host.header) this.#host = toKnownHost(header);
    return this.#host;
  }

  #client(res: NativeResponse, headers: HeaderList): ClientAddress {
    const { isTls, isTrustedProxy } = this.#options;
    // Behind a proxy there is just one address: connections then share its string.
    const seen = canonicalIp(decoder.decode(res.getRemoteAddressAsText()));
    if (seen !== this.#peerIp) this.#peerIp = seen;
    const ip = this.#peerIp;
    // Asked only where it counts: each address costs an ArrayBuffer of the engine.
    const proxiedIp = isTrustedProxy(ip) ? decoder.decode(res.getProxiedRemoteAddressAsText()) : "";
    return resolveClient({ ip, proxiedIp, isTls }, headers, isTrustedProxy);
  }
}

function methodOf(req: NativeRequest): string {
  return req.getCaseSensitiveMethod().toUpperCase();
}

function toKnownHost(header: string): KnownHost {
  const port = Number(/:(\d*)$/.exec(header)?.[1] ?? 0);
  const isValid = hostPattern.test(header) && port <= 65_535;
  return { header, name: hostnameOf(header), isValid };
}

/** RFC 9110 section 7.2: a name, an IPv4 address or an IPv6 address in brackets, perhaps with a port. */
const hostPattern = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i;
/** RFC 9112 section 3.2.1. A backslash is a slash in the URL of a Fetch request, but not in a route. */
const pathPattern = /^[!-[\]-~]+$/;
/** `.` and `..`, also encoded: a URL drops them, so the handler would see another path than the route. */
const dotSegment = /\/(?:\.|%2e){1,2}(?:\/|$)/i;
const methodPattern = /^[\w!#$%&'*+.^`|~-]+$/;

function malformed(what: string, seen: string, wanted: string): Refusal {
  return refuse({
    rule: "request",
    code: "ERR_REQUEST_INVALID",
    seen: `${what}: ${seen}`,
    wanted: `${what}: ${wanted}`,
  });
}

/** The handshake that a request is, to a route of this pattern. */
export function toHandshake(
  request: ReadRequest,
  pattern: string,
  params: Readonly<Record<string, string>>,
  subprotocol: string,
): Handshake {
  const { queryString, headers, host, client } = request;
  const { ip, scheme } = client;
  // Of a path without parameters there is one string for all connections.
  const path = request.path === pattern ? pattern : request.path;
  return createHandshake({ path, queryString, params, headers, host, ip, scheme, subprotocol });
}
