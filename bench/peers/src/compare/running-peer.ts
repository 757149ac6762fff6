import { type ChildProcess, spawn } from "node:child_process";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import { BenchError } from "@windlass/bench";
import type { Peer } from "./peers.ts";
import type { PeerPath, Target } from "./scenarios.ts";

/** How long a server may take to listen, to collect garbage, or to end. */
const patienceMs = 20_000;

/** Lines of a server that are kept for an error message. */
const keptLines = 20;

/** In the form that this program is in: TypeScript, or what the compiler made of it. */
const typedAdapter = new URL(
  `../servers/windlass-typed-adapter${extname(import.meta.url)}`,
  import.meta.url,
).href;

/** A server program that listens; see `servers/control.ts` for the talk with it. */
export class RunningPeer {
  readonly peer: Peer;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #output: string[] = [];
  #port = 0;
  #hasEnded = false;
  #wake: () => void = () => {};
  #heard: Readonly<Record<string, unknown>> = {};

  /** @throws BenchError (as a rejection) with the program's output when it does not come to listen */
  static async start(peer: Peer, command: readonly string[]): Promise<RunningPeer> {
    const running = new RunningPeer(peer, command);
    try {
      const { port } = await running.#hear("port");
      running.#port = Number(port);
      return running;
    } catch (error) {
      await running.stop();
      throw error;
    }
  }

  private constructor(peer: Peer, command: readonly string[]) {
    const [file = "", ...args] = command;
    this.peer = peer;
    this.#child = spawn(file, args, {
      env: { ...process.env, NODE_ENV: "production" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    // A server that is gone cannot be spoken to; its exit tells.
    this.#child.stdin?.on("error", () => {});
    this.#exited = this.#untilExit();
    this.pid = this.#child.pid ?? 0;
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null)
        createInterface({ input: stream }).on("line", (line) => this.#read(line));
    }
  }

  /** Socket.IO has namespaces in place of paths; its default one echoes. */
  target(path: PeerPath): Target {
    const { pid } = this;
    const origin = `ws://127.0.0.1:${this.#port}`;
    const plain = { url: `${origin}${path}`, adapter: "plain", subprotocols: [], pid };
    switch (this.peer.adapter) {
      case "plain":
        return plain;
      case "typed":
        return { ...plain, adapter: typedAdapter, subprotocols: ["windlass.v1.json"] };
      case "socket.io": {
        const adapter = path === "/echo" ? "socket.io" : `socket.io${path}`;
        return { ...plain, url: `${origin}/`, adapter };
      }
    }
  }

  /** Resolves when the server has collected its garbage. */
  async collectGarbage(): Promise<void> {
    this.#child.stdin?.write("collect\n");
    await this.#hear("collected");
  }

  /** Ends the program and resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    this.#child.stdin?.end();
    const impatient = setTimeout(() => this.#child.kill("SIGKILL"), 2_000);
    await this.#exited;
    clearTimeout(impatient);
  }

  async #untilExit(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#child.once("close", () => resolve());
      this.#child.on("error", (error) => {
        this.#keep(error.message);
        // A program that cannot be started has no exit either.
        if (this.#child.pid === undefined) resolve();
      });
    });
    this.#hasEnded = true;
    this.#wake();
  }

  /** The next message with this property. */
  async #hear(property: string): Promise<Readonly<Record<string, unknown>>> {
    const deadline = Date.now() + patienceMs;
    while (!(property in this.#heard)) {
      if (this.#hasEnded || Date.now() > deadline) throw this.#silence(property);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const heard = this.#heard;
    this.#heard = {};
    return heard;
  }

  #read(line: string): void {
    if (/^\{"(?:port|collected)":/.test(line)) this.#heard = JSON.parse(line);
    else this.#keep(line);
    this.#wake();
  }

  #keep(line: string): void {
    this.#output.push(line);
    if (this.#output.length > keptLines) this.#output.shift();
  }

  #silence(property: string): BenchError {
    const what = property === "port" ? "start to listen" : "collect its garbage";
    const how = this.#hasEnded ? "ended" : `was silent for ${patienceMs} ms`;
    const said = this.#output.length === 0 ? "" : ` It said:\n${this.#output.join("\n")}`;
    return new BenchError(
      `The server ${this.peer.name} was to ${what}, but ${how}; run its program in src/servers alone to see why.${said}`,
    );
  }
}
