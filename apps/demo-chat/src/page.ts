import { readFileSync } from "node:fs";
import type { FetchHandler } from "@windlass/app";

/** A file of the page and the handler that serves it. */
export interface PageFile {
  readonly path: string;
  readonly handler: FetchHandler;
}

const headers = {
  // Nothing but our own files. 'self' includes WebSocket connections to the page's own host and
  // port (CSP Level 3, section 6.7.2.8).
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

/** The page, read once at the start. */
export const pageFiles: readonly PageFile[] = [
  serve("/", "index.html", "text/html; charset=utf-8"),
  serve("/style.css", "style.css", "text/css; charset=utf-8"),
  serve("/client.js", "client.js", "text/javascript; charset=utf-8"),
  serve("/icon.svg", "icon.svg", "image/svg+xml"),
];

function serve(path: string, file: string, contentType: string): PageFile {
  const body = readFileSync(new URL(`../public/${file}`, import.meta.url));
  const handler: FetchHandler = ({ method }) => {
    if (method === "GET" || method === "HEAD") {
      return new Response(body, { headers: { ...headers, "Content-Type": contentType } });
    }
    return new Response("Only GET and HEAD here.\n", {
      status: 405,
      headers: { Allow: "GET, HEAD" },
    });
  };
  return { path, handler };
}
