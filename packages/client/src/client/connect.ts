import type { Protocol, RequestName } from "@windlass/protocol";
import type { UrlSource } from "../link/link.ts";
import type { ClientOptions } from "./client-options.ts";
import type { ProtocolClient, RequestHandlers } from "./protocol-client.ts";
import { WireClient } from "./wire-client.ts";

/** Options of `connect()` for a protocol: with `handlers` when its server has requests. */
export type ConnectOptions<P extends Protocol> = [RequestName<P["server"]>] extends [never]
  ? ClientOptions
  : ClientOptions & {
      /** Answer the requests of the server, one function for each. */
      readonly handlers: RequestHandlers<P>;
    };

/**
 * Connects to a server, and again whenever the connection is lost. What is sent meanwhile waits.
 *
 * @example
 * const client = connect(chat, "wss://example.com/chat");
 * client.on("said", ({ from, text }) => show(from, text));
 * await client.send("say", { text: "hello" });
 *
 * @param url where the server is; a function is called anew on every attempt
 * @param options see {@link ClientOptions}; needed when the server has requests, for their `handlers`
 * @throws DOMException `SyntaxError` for a URL that is none
 * @throws ProtocolError `ERR_WEBSOCKET_MISSING` where there is no WebSocket, as in Node 20
 */
export function connect<P extends Protocol>(
  protocol: P,
  url: UrlSource,
  ...[options]: ConnectRest<P>
): ProtocolClient<P> {
  return new WireClient(protocol, url, options ?? {}) as ProtocolClient<P>;
}

/** The options, which may be left out when nothing in them is needed. */
export type ConnectRest<P extends Protocol> = [RequestName<P["server"]>] extends [never]
  ? [options?: ConnectOptions<P>]
  : [options: ConnectOptions<P>];
