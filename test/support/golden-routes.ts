import { type App, EchoServer } from "@windlass/app";
import type { HandshakeOverrides } from "./raw-client.ts";

/** Ratchet's golden-wire set-up: one route with the default origins, one for all, some special ones. */
export function declareRoutes(app: App): void {
  const echo = new EchoServer();
  const subprotocols = ["v2.chat", "v1.chat"];
  app.route("/chat", echo);
  app.route("/any", echo, ["*"]);
  app.route("/sub", echo, ["*"], { subprotocols });
  app.route("/room/:name", echo, ["*"]);
}

/** A request that is refused, and everything that must say so. */
export interface RefusedRequest {
  readonly name: string;
  /** `/any` unless told otherwise. */
  readonly path?: string;
  readonly method?: string;
  readonly headers?: HandshakeOverrides["headers"];
  readonly status: string;
  /** Unless told otherwise, the body names the code of the catalogue. */
  readonly body?: RegExp;
  /** Header lines of the answer that matter here. */
  readonly answers?: readonly string[];
  /** What stands in the one log line. */
  readonly logged: {
    readonly code: string;
    readonly rule: string;
    readonly seen: string;
    readonly wanted: string | RegExp;
  };
}
