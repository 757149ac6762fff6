import { type Refusal, refuse } from "../contract/guard.ts";
import { createHandshake, type Handshake, hostnameOf } from "../contract/handshake.ts";
import { HeaderList } from "../contract/header-list.ts";
import { canonicalIp } from "../contract/ip-address.ts";
import { type ClientAddress, resolveClient } from "./client-address.ts";
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

/** Copies a request. Call it first in a native handler, before anything that could await. */
export function readRequest(
  res: NativeResponse,
  req: NativeRequest,
  options: ReadOptions,
): ReadRequest {
  const headers = new HeaderList();
  req.forEach((name, value) => {
    headers.append(name, value);
  });
  const peer = {
    ip: canonicalIp(decoder.decode(res.getRemoteAddressAsText())),
    proxiedIp: decoder.decode(res.getProxiedRemoteAddressAsText()),
    isTls: options.isTls,
  };
  return {
    method: req.getCaseSensitiveMethod().toUpperCase(),
    path: req.getUrl(),
    queryString: req.getQuery() ?? "",
    host: hostnameOf(headers.get("host") ?? ""),
    headers,
    client: resolveClient(peer, headers, options.isTrustedProxy),
  };
}

/**
 * What the engine lets pass but HTTP does not (RFC 9112 sections 3.2 and 6.3), or what would let a
 * proxy, the routes and a handler see different requests.
 */
export function checkRequest({ headers, method, path }: ReadRequest): Refusal | undefined {
  const host = headers.get("host") ?? "";
  const port = Number(/:(\d*)$/.exec(host)?.[1] ?? 0);
  if (!hostPattern.test(host) || port > 65_535)
    return malformed("Host", host, "exactly one, as host or host:port");
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

/** The handshake that a request is. */
export function toHandshake(
  request: ReadRequest,
  params: Readonly<Record<string, string>>,
  subprotocol: string,
): Handshake {
  const { path, queryString, headers, host, client } = request;
  const { ip, scheme } = client;
  return createHandshake({ path, queryString, params, headers, host, ip, scheme, subprotocol });
}
