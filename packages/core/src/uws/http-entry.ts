import { type Guard, type Refusal, refuse, shorten, type Verdict } from "../contract/guard.ts";
import type { Handshake } from "../contract/handshake.ts";
import { isPromiseLike } from "../contract/maybe-promise.ts";
import type { RouteMatch, Router } from "../contract/router.ts";
import type { FetchRoute, SocketRoute } from "../contract/transport.ts";
import { HandshakeContext } from "./handshake-context.ts";
import type { NativeRequest, NativeResponse } from "./native.ts";
import { type ReadRequest, type RequestReader, toHandshake } from "./read-request.ts";
import type { RefusalLog } from "./refusal-log.ts";
import { shuttingDown } from "./shutting-down.ts";
import { writeRefusal } from "./write-refusal.ts";

/** Serves a request with the handler of an HTTP route. */
export type ServeFetch = (
  res: NativeResponse,
  request: ReadRequest,
  route: FetchRoute,
  params: Readonly<Record<string, string>>,
) => void;

/** What the entry needs. */
export interface HttpEntryOptions {
  readonly sockets: Router<SocketRoute>;
  readonly fetch: Router<FetchRoute>;
  readonly requests: RequestReader;
  readonly refusals: RefusalLog;
  readonly serveFetch: ServeFetch;
}

/**
 * Everything the engine does not take for a WebSocket handshake: plain HTTP routes, and requests
 * to WebSocket paths that need an answer saying what is wrong. The engine itself would answer with a
 * 404 page of its own, and without a log line.
 */
export class HttpEntry {
  readonly #options: HttpEntryOptions;
  /** Set when the node stops accepting. */
  isClosing = false;

  constructor(options: HttpEntryOptions) {
    this.#options = options;
  }

  /** The engine's handler for any path and method. */
  handle(res: NativeResponse, req: NativeRequest): void {
    const { requests } = this.#options;
    const request = requests.read(res, req);
    const malformed = requests.check(request);
    const { path, host, headers } = request;
    const socket = this.#options.sockets.find(path, host);
    const http = this.#options.fetch.find(path, host);
    const wantsSocket = headers.get("upgrade")?.toLowerCase() === "websocket";
    if (malformed !== undefined) {
      this.#refuse(res, request, malformed);
    } else if (this.isClosing) {
      this.#refuse(res, request, shuttingDown());
    } else if (http.accepted && !(wantsSocket && socket.accepted)) {
      this.#serve(res, request, http);
    } else if (socket.accepted) {
      const refusal = explainHandshake(request, socket.route, socket.params);
      this.#refuse(res, request, refusal, socket.route.pattern);
    } else {
      this.#refuse(res, request, http.accepted ? socket : notFound(socket, http));
    }
  }

  #serve(res: NativeResponse, request: ReadRequest, match: RouteMatch<FetchRoute>): void {
    const { route, params } = match;
    const verdict = syncVerdict(route.guard, toHandshake(request, route.pattern, params, ""));
    if (verdict.accepted) this.#options.serveFetch(res, request, route, params);
    else this.#refuse(res, request, verdict, route.pattern);
  }

  #refuse(res: NativeResponse, request: ReadRequest, refusal: Refusal, route?: string): void {
    writeRefusal(res, refusal, request.method);
    const { path, client } = request;
    this.#options.refusals.refused(refusal, {
      ...(route === undefined ? { path: shorten(path) } : { route }),
      ip: client.ip,
    });
  }
}

/** Neither table has the path: the refusal that says more, or one that names the paths of both. */
function notFound(socket: Refusal, http: Refusal): Refusal {
  // A wrong host on a known path says more than an unknown path.
  if (socket.rule === "host") return socket;
  if (http.rule === "host") return http;
  const wanted = [socket.wanted, http.wanted].filter((text) => !text.startsWith("("));
  return wanted.length === 0 ? socket : { ...socket, wanted: wanted.join(", ") };
}

/** Why a request to a WebSocket path was no handshake. */
function explainHandshake(
  request: ReadRequest,
  route: SocketRoute,
  params: Readonly<Record<string, string>>,
): Refusal {
  if (request.method !== "GET") {
    return refuse({
      rule: "method",
      code: "ERR_METHOD_NOT_ALLOWED",
      seen: request.method,
      wanted: "GET",
      headers: { Allow: "GET" },
    });
  }
  const verdict = syncVerdict(route.verifyUpgrade, toHandshake(request, route.pattern, params, ""));
  if (!verdict.accepted) return verdict;
  return refuse({
    rule: "request",
    code: "ERR_REQUEST_INVALID",
    seen: "a request the engine did not take as a handshake",
    wanted: "a WebSocket handshake (RFC 6455 section 4.1)",
  });
}

/** The verdict of a guard that must not need to wait. @throws TypeError when it does */
function syncVerdict(guard: Guard, handshake: Handshake): Verdict {
  const verdict = guard.check(handshake, new HandshakeContext());
  if (isPromiseLike(verdict)) throw new TypeError("this guard must answer at once");
  return verdict;
}
