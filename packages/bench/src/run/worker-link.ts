import { fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { FromWorker, ToWorker } from "../contract/worker-messages.ts";

/** What comes from a worker. */
export interface WorkerListener {
  message(message: FromWorker): void;
  /** It has ended; `how` is for people: `exit status 1`, `SIGKILL`. Exactly once. */
  exit(how: string): void;
}

/** A worker as the coordinator holds it. */
export interface WorkerLink {
  /** Messages to a worker that has ended are lost. */
  send(message: ToWorker): void;
  /** Ends it at once. */
  kill(): void;
}

export type StartWorker = (listener: WorkerListener) => WorkerLink;

/** The worker lies beside this file: TypeScript in the sources, JavaScript in the package. */
const ENTRY = new URL(`../load/worker${extname(import.meta.url)}`, import.meta.url);

/**
 * Starts a worker process. It is in a group of its own, so that Ctrl-C reaches the coordinator
 * only, which then ends it; and it leaves by itself when the coordinator is gone.
 */
export function forkWorker(listener: WorkerListener, entry: URL = ENTRY): WorkerLink {
  const child = fork(fileURLToPath(entry), {
    serialization: "advanced",
    detached: true,
    // What an adapter module prints must not get into the report.
    stdio: ["ignore", 2, 2, "ipc"],
  });
  let isOver = false;
  const over = (how: string): void => {
    if (isOver) return;
    isOver = true;
    listener.exit(how);
  };
  child.on("message", (message) => listener.message(message as FromWorker));
  child.on("error", (error) => over(error.message));
  child.on("exit", (status, signal) => over(signal ?? `exit status ${status}`));
  return {
    send: (message) => {
      // The callback takes the error of a channel that closes just now; "exit" tells of it.
      if (child.connected) child.send(message, () => {});
    },
    kill: () => {
      child.kill("SIGKILL");
    },
  };
}
