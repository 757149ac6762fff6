import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const repositoryRoot = fileURLToPath(new URL("../../", import.meta.url));

/** How a program ended. */
export interface ProgramExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A TypeScript program of this repository, run from source as a process of its own. */
export class ChildProgram {
  readonly #child: ChildProcess;
  readonly #exit: Promise<ProgramExit>;
  readonly #waiting = new Set<() => void>();
  readonly #file: string;
  stdout = "";
  stderr = "";
  #hasEnded = false;

  /** @param file path from the root of the repository */
  constructor(file: string, env: Readonly<Record<string, string>> = {}) {
    this.#file = file;
    const args = ["--import", "tsx", "--conditions=@windlass/source", file];
    this.#child = spawn(process.execPath, args, {
      cwd: repositoryRoot,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.#wake();
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.#exit = once(this.#child, "close").then(([code, signal]) => {
      this.#hasEnded = true;
      this.#wake();
      return { code, signal };
    });
  }

  /** The first match in what the program has written to stdout, now or later. */
  async find(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match !== null) return match;
      if (this.#hasEnded)
        throw new Error(`${this.#file} ended without ${pattern}:\n${this.#output}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Resolves when the program has ended by itself. */
  async exited(): Promise<ProgramExit> {
    return await this.#exit;
  }

  /** Ends the program and resolves when it is gone. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<ProgramExit> {
    if (!this.#hasEnded) this.#child.kill(signal);
    return await this.#exit;
  }

  get #output(): string {
    return `${this.stdout}${this.stderr}`;
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
