import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import type { CaseOrder, CaseResult } from "../client/client-case.ts";
import type { ClientBundle } from "./client-bundle.ts";
import type { ClientRuntime } from "./client-runtime.ts";
import { type NodeMajor, nodeBinary } from "./node-binaries.ts";

/** A process of some Node that runs one case after the other; after a failure a fresh one does. */
export class NodeRuntime implements ClientRuntime {
  readonly #start: () => ChildProcess;
  #child: ChildProcess | undefined;
  #stderr = "";

  private constructor(start: () => ChildProcess) {
    this.#start = start;
  }

  static async start(
    { casesFile, nodeFile }: ClientBundle,
    major: NodeMajor,
    webSocketUrl: string | null,
  ): Promise<NodeRuntime> {
    const start = { casesUrl: pathToFileURL(casesFile).href, webSocketUrl };
    const args = ["--enable-source-maps", nodeFile, JSON.stringify(start)];
    const binary = await nodeBinary(major);
    return new NodeRuntime(() => spawn(binary, args, { stdio: ["ignore", 1, "pipe", "ipc"] }));
  }

  async run(order: CaseOrder): Promise<CaseResult> {
    const child = this.#child ?? (await this.#begin());
    child.send(order);
    const result = (await this.#message(child)) as CaseResult;
    if (!result.passed) await this.close();
    return result;
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const closed = once(child, "close");
    child.kill("SIGKILL");
    await closed;
  }

  async #begin(): Promise<ChildProcess> {
    const child = this.#start();
    this.#child = child;
    this.#stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    await this.#message(child);
    return child;
  }

  /** What the process says next. An uncaught error in it ends it, and fails the case. */
  async #message(child: ChildProcess): Promise<unknown> {
    const stop = new AbortController();
    const { signal } = stop;
    try {
      return await Promise.race([
        once(child, "message", { signal }).then(([message]) => message),
        once(child, "close", { signal }).then(([code]) => {
          this.#child = undefined;
          throw new Error(`the process ended with ${code}:\n${this.#stderr}`);
        }),
      ]);
    } finally {
      stop.abort();
    }
  }
}
