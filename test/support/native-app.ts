import * as engine from "uWebSockets.js";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { RawClient } from "./raw-client.ts";

/** The engine's module, with what its type declarations leave out. */
export const uws = engine as typeof engine & {
  readonly SHARED_COMPRESSOR: number;
  readonly SHARED_DECOMPRESSOR: number;
};

/** What the tests keep on a native socket. */
export interface NativeData {
  readonly tag: { readonly name: string };
}
export type NativeSocket = engine.WebSocket<NativeData>;
export type NativeBehavior = engine.WebSocketBehavior<NativeData>;

/** The form of `listen` that the type declarations leave out. */
interface HostListener {
  listen(
    host: string,
    port: number,
    options: number,
    callback: (socket: engine.us_listen_socket | false) => void,
  ): void;
}

export const exclusive = 1;

/** Listens as our code does; the port, or undefined when the engine says no. */
export function nativeListen(
  app: engine.TemplatedApp,
  { host = "127.0.0.1", port = 0, options = exclusive } = {},
): { readonly socket: engine.us_listen_socket; readonly port: number } | undefined {
  let listening: { socket: engine.us_listen_socket; port: number } | undefined;
  (app as engine.TemplatedApp & HostListener).listen(host, port, options, (socket) => {
    if (socket) listening = { socket, port: uws.us_socket_local_port(socket) };
  });
  return listening;
}

/** A bare app of the engine for one test, and the free port it listens on. */
export function startNative(declare: (app: engine.TemplatedApp) => void): {
  readonly app: engine.TemplatedApp;
  readonly socket: engine.us_listen_socket;
  readonly port: number;
} {
  const app = nativeApp();
  declare(app);
  const listening = nativeListen(app);
  if (listening === undefined) throw new Error("the engine does not listen");
  return { app, ...listening };
}

/** A bare app of the engine that is closed with the test. */
export function nativeApp(): engine.TemplatedApp {
  const app = uws.App();
  onTestFinished(() => void app.close());
  return app;
}

/** Answers a handshake with 101. */
export function upgradeNative(
  res: engine.HttpResponse,
  req: engine.HttpRequest,
  context: engine.us_socket_context_t,
): void {
  const key = req.getHeader("sec-websocket-key");
  const extensions = req.getHeader("sec-websocket-extensions");
  res.upgrade({ tag: { name: "tag" } }, key, "", extensions, context);
}

/** An ArrayBuffer of the engine as text. */
export const textOf = (buffer: ArrayBuffer): string => Buffer.from(buffer).toString();

/** How a process ended, and what it wrote to stderr. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** Runs a script that has `uws` and `app` in a process of its own, to its end. */
export async function runNative(script: string): Promise<Ending> {
  const source = `
    import * as uws from "uWebSockets.js";
    import { connect } from "node:net";
    const app = uws.App();
    /** Listens, and sends these bytes to ourselves. */
    const run = (bytes) => app.listen(0, 1, (socket) => {
      const client = connect(uws.us_socket_local_port(socket), "127.0.0.1", () => client.write(bytes));
      client.on("error", () => {});
    });
    ${script}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    cwd: fileURLToPath(new URL("../", import.meta.url)),
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [code, signal] = await once(child, "close");
  return { code, signal, stderr };
}

/** A client of a bare socket route. */
export async function openNative(
  behavior: NativeBehavior,
): Promise<{ client: RawClient; port: number; app: engine.TemplatedApp }> {
  const { app, port } = startNative((it) => {
    it.ws<NativeData>("/*", { idleTimeout: 120, upgrade: upgradeNative, ...behavior });
  });
  return { client: await RawClient.open(port, "/"), port, app };
}
