import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const repositoryRoot = fileURLToPath(new URL("../../", import.meta.url));

/** A Python program of this repository that runs for one test: a person types, and reads what it prints. */
export class PythonProgram {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<number | null>;
  readonly #waiting = new Set<() => void>();
  #output = "";
  /** Where in the output the next line that is waited for may be. */
  #readUpTo = 0;
  #hasEnded = false;

  /** @param python the interpreter @param args file from the root of the repository, and its arguments */
  constructor(python: string, ...args: readonly string[]) {
    this.#child = spawn(python, args, {
      cwd: repositoryRoot,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    });
    const read = (text: string): void => {
      this.#output += text;
      this.#wake();
    };
    this.#child.stdout.setEncoding("utf8").on("data", read);
    this.#child.stderr.setEncoding("utf8").on("data", read);
    this.#closed = once(this.#child, "close").then(([code]) => {
      this.#hasEnded = true;
      this.#wake();
      return code;
    });
    onTestFinished(async () => {
      this.#child.kill();
      await this.#closed;
    });
  }

  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** The end of what is typed. */
  finish(): void {
    this.#child.stdin.end();
  }

  /** Resolves when this whole line has been printed, behind the one that was waited for before. */
  async printed(line: string): Promise<void> {
    for (;;) {
      const at = `\n${this.#output}`.indexOf(`\n${line}\n`, this.#readUpTo);
      if (at >= 0) {
        this.#readUpTo = at + line.length;
        return;
      }
      if (this.#hasEnded) throw new Error(`ended without "${line}":\n${this.#output}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** The exit code, when it has ended by itself. */
  async exited(): Promise<number | null> {
    return await this.#closed;
  }

  get output(): string {
    return this.#output;
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
