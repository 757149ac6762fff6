import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensureBinary } from "./debian-package.ts";
import { freePort } from "./free-port.ts";

const run = promisify(execFile);

/** Debian's package with `redis-server`; it brings `redis-cli`, too. */
const binary = { binary: "/usr/bin/redis-server", package: "redis-server" } as const;
const attemptsAtMost = 5;

/** How a server is started. */
export interface RedisServerOptions {
  /** Whether every write is on the disk before it is answered. Default: nothing is written to the disk. */
  readonly isDurable?: boolean;
  /** Whether it is to be a node of a cluster. Default: false. */
  readonly isClustered?: boolean;
  /** More settings, as on the command line: `["--requirepass", "secret"]`. Default: none. */
  readonly settings?: readonly string[];
}

/** A Redis 7 of its own, below a folder of its own, on free ports of 127.0.0.1. */
export class RedisServer {
  readonly port: number;
  readonly folder: string;
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string, args: readonly string[]) {
    this.port = port;
    this.folder = folder;
    this.#args = args;
  }

  /** @throws Error that says what is missing when there is no Redis and it cannot be installed */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    await ensureBinary(binary);
    for (let attempt = 1; ; attempt += 1) {
      const folder = mkdtempSync(join(tmpdir(), "windlass-redis-"));
      const ports = [await freePort(), await freePort()] as const;
      const server = new RedisServer(ports[0], folder, argumentsFor(ports, folder, options));
      try {
        await server.restart();
        return server;
      } catch (error) {
        await server.stop();
        // Another test may have taken the port a moment before.
        if (attempt === attemptsAtMost || !String(error).includes("bind")) throw error;
      }
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts again after {@link kill}, with what it has on the disk, on the same port. */
  async restart(): Promise<void> {
    const child = spawn(binary.binary, this.#args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    let said = "";
    await new Promise<void>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", () => reject(new Error(`redis-server ended:\n${said}`)));
      child.stderr.resume();
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes("Ready to accept connections")) resolve();
      });
    });
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, "close");
    child.kill("SIGKILL");
    await closed;
  }

  /** It does not answer, and its connections stay, until it is resumed. */
  pause(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  /** Ends it, and removes its folder. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What `redis-cli` prints for a command. */
  async cli(...args: readonly string[]): Promise<string> {
    return await redisCli("-p", String(this.port), ...args);
  }
}

/** Runs `redis-cli` on this machine. */
export async function redisCli(...args: readonly string[]): Promise<string> {
  const { stdout } = await run("/usr/bin/redis-cli", args);
  return stdout.trim();
}

function argumentsFor(
  [port, busPort]: readonly [number, number],
  folder: string,
  { isDurable = false, isClustered = false, settings = [] }: RedisServerOptions,
): readonly string[] {
  const cluster = ["--cluster-enabled", "yes", "--cluster-port", String(busPort)];
  // Replicas are ready at once, not after some seconds in which others might want to be, too.
  const replication = ["--repl-diskless-sync-delay", "0"];
  return [
    ...replication,
    ...["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""],
    ...["--daemonize", "no", "--appendonly", isDurable ? "yes" : "no", "--appendfsync", "always"],
    ...(isClustered ? [...cluster, "--cluster-node-timeout", "2000"] : []),
    ...settings,
  ];
}
