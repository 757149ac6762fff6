import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { BenchError } from "../contract/bench-error.ts";
import { acceptsConnections } from "./accepts-connections.ts";
import { LastLines } from "./last-lines.ts";
import { ProcessGroup } from "./process-group.ts";

const START_TIMEOUT_MS = 20_000;
const STOP_GRACE_MS = 5_000;
const POLL_MS = 25;
const LAST_WORDS_MS = 200;

export interface SpawnOptions {
  /** A line for `sh`. */
  readonly command: string;
  /** Where the server will accept TCP connections. */
  readonly host: string;
  readonly port: number;
  /** How long it may take to do so, in milliseconds. Default: 20,000. */
  readonly startTimeoutMs?: number;
  /** Time between SIGTERM and SIGKILL, in milliseconds. Default: 5,000. */
  readonly stopGraceMs?: number;
  /** Gives up the start: the server is stopped and `start` rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/**
 * A server that the bench has started, in a process group of its own. It does not outlive the
 * bench: the group is ended by `stop`, and killed when this process exits without it.
 */
export class SpawnedServer {
  readonly pid: number;
  /** Resolves when the server has ended, with a sentence about how; never rejects. */
  readonly ended: Promise<string>;
  readonly #name: string;
  readonly #group: ProcessGroup;
  readonly #lines = new LastLines();
  readonly #stopGraceMs: number;
  readonly #killNow: () => void;
  #stopping: Promise<void> | undefined;

  private constructor(child: ChildProcess, pid: number, options: SpawnOptions) {
    this.pid = pid;
    this.#name = `The server of --spawn ${JSON.stringify(options.command)}`;
    this.#group = new ProcessGroup(pid);
    this.#stopGraceMs = options.stopGraceMs ?? STOP_GRACE_MS;
    this.#killNow = () => this.#group.kill();
    process.once("exit", this.#killNow);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) this.#lines.follow(stream);
    }
    this.ended = this.#awaitEnd(child);
  }

  /**
   * Runs the command and waits until the server accepts TCP connections.
   *
   * @throws BenchError when something listens there before the start, when the command ends, or
   *   when nothing listens in time; with the last lines that it printed.
   */
  static async start(options: SpawnOptions): Promise<SpawnedServer> {
    const { command, host, port } = options;
    if (await acceptsConnections(host, port)) {
      throw new BenchError(
        `Something accepts connections on ${host}:${port} already, before --spawn ` +
          `${JSON.stringify(command)} was run: the wrong server would be measured. Stop it, or use another port.`,
      );
    }
    const child = spawn("sh", ["-c", asShellLine(command)], {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    // Without a pid there was no `sh`; the error event says why.
    if (child.pid === undefined) throw await startError(child, command);
    const server = new SpawnedServer(child, child.pid, options);
    try {
      await server.#untilReady(options);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** SIGTERM to the group, SIGKILL to what is left of it after the grace time. May be called again. */
  stop(): Promise<void> {
    this.#stopping ??= this.#group.stop(this.#stopGraceMs).finally(() => {
      process.removeListener("exit", this.#killNow);
    });
    return this.#stopping;
  }

  async #untilReady(options: SpawnOptions): Promise<void> {
    const { host, port, startTimeoutMs = START_TIMEOUT_MS, signal } = options;
    let end: string | undefined;
    void this.ended.then((sentence) => {
      end = sentence;
    });
    const deadline = performance.now() + startTimeoutMs;
    while (!(await acceptsConnections(host, port))) {
      signal?.throwIfAborted();
      if (end !== undefined) throw new BenchError(end);
      if (performance.now() >= deadline) {
        throw new BenchError(
          `${this.#name} did not accept connections on ${host}:${port} within ${startTimeoutMs} ms. ` +
            `Does it listen where the URL says? ${this.#lines.describe()}`,
        );
      }
      await wait(POLL_MS);
    }
  }

  async #awaitEnd(child: ChildProcess): Promise<string> {
    const [status, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    // What it printed last is still in the pipes, which "close" waits for; a grandchild may hold them open.
    await Promise.race([finished(child), wait(LAST_WORDS_MS)]);
    return `${this.#name} ended (${signal ?? `exit status ${status}`}). ${this.#lines.describe()}`;
  }
}

/** A word, and arguments that are plain or in quotes. */
const SIMPLE_COMMAND = /^[\w./@%+-]+(\s+("[^"]*"|'[^']*'|[^\s;&|<>()"'`]+))*\s*$/;

/** `exec` saves the process of the shell; it takes a simple command only, not `cd x && y` nor `A=1 y`. */
function asShellLine(command: string): string {
  return SIMPLE_COMMAND.test(command) && !command.includes("\n") ? `exec ${command}` : command;
}

async function finished(child: ChildProcess): Promise<void> {
  await once(child, "close");
}

function startError(child: ChildProcess, command: string): Promise<BenchError> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      resolve(new BenchError(`Cannot run --spawn ${JSON.stringify(command)}: ${error.message}.`));
    });
  });
}
