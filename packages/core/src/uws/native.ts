import type * as uws from "uWebSockets.js";
import { messageOf, WindlassError } from "../contract/errors.ts";

/** The engine's module, with what its type declarations leave out. */
export type Native = typeof uws & {
  readonly DISABLED: number;
  readonly SHARED_COMPRESSOR: number;
  readonly SHARED_DECOMPRESSOR: number;
  readonly DEDICATED_COMPRESSOR_4KB: number;
  readonly DEDICATED_DECOMPRESSOR_4KB: number;
};
export type NativeApp = uws.TemplatedApp & {
  listen(
    host: string,
    port: number,
    options: number,
    callback: (socket: NativeListenSocket | false) => void,
  ): uws.TemplatedApp;
};
export type NativeRequest = uws.HttpRequest;
export type NativeResponse = uws.HttpResponse;
export type NativeContext = uws.us_socket_context_t;
export type NativeListenSocket = uws.us_listen_socket;
export type NativeBehavior = uws.WebSocketBehavior<NativeUserData>;

export type NativeUpgrade = NonNullable<NativeBehavior["upgrade"]>;

/** The engine copies these properties onto its own socket object, so there is just one. */
export interface NativeUserData {
  readonly connection: NativeCallbacks;
}

/** What the engine's events of one socket are handed to. */
export interface NativeCallbacks {
  attach(socket: NativeSocket): void;
  receive(payload: ArrayBuffer, isBinary: boolean): void;
  dropped(): void;
  drained(): void;
  subscribed(topic: ArrayBuffer, count: number, before: number): void;
  detached(code: number, message: ArrayBuffer): void;
  faulted(error: unknown): void;
}

/** The engine's socket. */
export type NativeSocket = uws.WebSocket<NativeUserData>;

/**
 * The engine is looked for under its own name first, so that users can install the official
 * release, then as the registry's repack that core depends on.
 */
const moduleNames = ["uWebSockets.js", "uws-pack"];

/** Loads the engine when it is first needed, so that everything else works without its binary. */
export async function loadNative(
  load: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<Native> {
  const problems: string[] = [];
  for (const name of moduleNames) {
    try {
      const loaded = await load(name);
      const native = [loaded, defaultExport(loaded)].find(isNative);
      if (native !== undefined) return native;
      problems.push(`${name} has no App function`);
    } catch (error) {
      problems.push(messageOf(error).split("\n", 1)[0] ?? "");
    }
  }
  throw new WindlassError("ERR_NATIVE_TRANSPORT_MISSING", {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    problem: problems.join("; "),
  });
}

function defaultExport(module: unknown): unknown {
  return typeof module === "object" && module !== null && "default" in module
    ? module.default
    : undefined;
}

function isNative(module: unknown): module is Native {
  return (
    typeof module === "object" &&
    module !== null &&
    "App" in module &&
    typeof module.App === "function"
  );
}
