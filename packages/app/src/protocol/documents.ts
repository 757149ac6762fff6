import type { FetchHandler } from "@windlass/core";
import type { Protocol } from "@windlass/protocol";
import {
  asyncApiDocument,
  type ProtocolInfo,
  protocolPage,
  protocolPageCsp,
} from "@windlass/protocol/asyncapi";

/**
 * Serves the AsyncAPI 3 document of a protocol, for tools and for clients in other languages.
 *
 * @example
 * app.http("/asyncapi.json", asyncApi(chat, { title: "Chat", version: "1.0.0", path: "/chat" }));
 *
 * @throws ProtocolError `ERR_DOCUMENT_INVALID`
 */
export function asyncApi(protocol: Protocol, info: ProtocolInfo): FetchHandler {
  const text = JSON.stringify(asyncApiDocument(protocol, info));
  return serve(text, { "Content-Type": "application/json" });
}

/**
 * Serves the documentation of a protocol as one HTML page, made from the same document.
 *
 * @example
 * app.http("/docs", protocolDocs(chat, { title: "Chat", version: "1.0.0", path: "/chat" }));
 *
 * @throws ProtocolError `ERR_DOCUMENT_INVALID`
 */
export function protocolDocs(protocol: Protocol, info: ProtocolInfo): FetchHandler {
  return serve(protocolPage(protocol, info), {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": protocolPageCsp,
    "X-Content-Type-Options": "nosniff",
  });
}

/** Answers GET with a text that was made once, and anything else with 405. */
function serve(text: string, headers: Readonly<Record<string, string>>): FetchHandler {
  return ({ method }) => {
    if (method !== "GET" && method !== "HEAD") {
      return new Response(null, { status: 405, headers: { Allow: "GET, HEAD" } });
    }
    return new Response(text, { headers: { ...headers, "Cache-Control": "no-cache" } });
  };
}
