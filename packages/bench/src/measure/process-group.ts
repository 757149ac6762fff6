import { setTimeout as wait } from "node:timers/promises";

const POLL_MS = 20;
/** After SIGKILL; only the kernel can be late then. */
const LAST_WAIT_MS = 1_000;

import { readAllProcEntries } from "./proc-files.ts";

/** The processes of a group, named by its leader. */
export class ProcessGroup {
  readonly #leader: number;

  constructor(leader: number) {
    this.#leader = leader;
  }

  /** Whether any process of the group is left that has not ended. */
  get isAlive(): boolean {
    // A zombie still takes signals, and stays for ever where nobody waits for orphans (containers).
    return this.#signal(0) && !this.#areAllZombies();
  }

  /** SIGKILL to all of them; for moments when nothing can be awaited. */
  kill(): void {
    this.#signal("SIGKILL");
  }

  /** SIGTERM to all of them, and SIGKILL to those left after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#signal("SIGTERM");
    await this.#gone(graceMs);
    this.#signal("SIGKILL");
    await this.#gone(LAST_WAIT_MS);
  }

  async #gone(withinMs: number): Promise<void> {
    for (let waitedMs = 0; waitedMs < withinMs && this.isAlive; waitedMs += POLL_MS) {
      await wait(POLL_MS);
    }
  }

  #areAllZombies(): boolean {
    const members = readAllProcEntries("/proc").filter((entry) => entry.group === this.#leader);
    return members.length > 0 && members.every((entry) => entry.isZombie);
  }

  #signal(signal: NodeJS.Signals | 0): boolean {
    try {
      return process.kill(-this.#leader, signal);
    } catch {
      return false;
    }
  }
}
