import { existsSync } from "node:fs";
import { BenchError } from "../contract/bench-error.ts";
import {
  type ProcEntry,
  readChildren,
  readProcEntry,
  readThreadTimes,
  TICK_ERROR_SECONDS,
} from "./proc-files.ts";
import { ProcessTime } from "./process-time.ts";

/** What a process and its descendants have used so far. */
export interface UsageReading {
  /** Since they were started. Never falls, also when a child ends. */
  readonly cpuSeconds: number;
  /** Resident memory of those alive. Pages they share count for each of them. */
  readonly rssBytes: number;
  /** How far `cpuSeconds` may be off: 0 where the kernel counts nanoseconds, otherwise ticks of each process. */
  readonly cpuErrorSeconds: number;
}

/** Whether this system has a `/proc` to read from; only Linux has. */
export function canReadProcesses(procRoot = "/proc"): boolean {
  return existsSync(`${procRoot}/self/stat`);
}

/** CPU time and memory of a process tree, from `/proc`. */
export class ProcessUsage {
  readonly #pid: number;
  readonly #procRoot: string;
  readonly #times = new Map<string, ProcessTime>();
  /** All that were ever seen and are alive, so that a child stays counted whose parent has ended. */
  readonly #known = new Set<number>();

  /** `procRoot` is there for tests. Default: `/proc`. */
  constructor(pid: number, procRoot = "/proc") {
    this.#pid = pid;
    this.#procRoot = procRoot;
    this.#known.add(pid);
  }

  /** @throws BenchError when the process is not there. */
  read(): UsageReading {
    const main = readProcEntry(this.#procRoot, this.#pid);
    if (main === undefined || main.isZombie) {
      throw new BenchError(
        this.#times.size === 0
          ? `There is no process ${this.#pid}: the server under test is not running. Start it.`
          : `The server's process ${this.#pid} has ended during the run, so there is no report. Its own output tells why; without --pid the run goes on and reports the lost connections.`,
      );
    }
    const entries = this.#tree();
    for (const entry of entries) this.#update(entry);
    const times = [...this.#times.values()];
    const coarse = times.filter((time) => !time.precise).length;
    return {
      cpuSeconds: times.reduce((sum, time) => sum + time.seconds, 0),
      rssBytes: entries.reduce((sum, entry) => sum + entry.rssBytes, 0),
      cpuErrorSeconds: coarse * TICK_ERROR_SECONDS,
    };
  }

  #tree(): readonly ProcEntry[] {
    const entries = new Map<number, ProcEntry>();
    const queue = [...this.#known];
    for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
      if (entries.has(pid)) continue;
      const entry = readProcEntry(this.#procRoot, pid);
      if (entry === undefined || this.#isAnother(entry)) {
        this.#known.delete(pid);
        continue;
      }
      entries.set(pid, entry);
      this.#known.add(pid);
      queue.push(...readChildren(this.#procRoot, pid));
    }
    return [...entries.values()];
  }

  /** Whether a known process has ended and its pid went to another one. */
  #isAnother(entry: ProcEntry): boolean {
    if (!this.#known.has(entry.pid) || this.#times.has(keyOf(entry))) return false;
    return [...this.#times.keys()].some((key) => key.startsWith(`${entry.pid}:`));
  }

  #update(entry: ProcEntry): void {
    const key = keyOf(entry);
    const time = this.#times.get(key) ?? new ProcessTime();
    this.#times.set(key, time);
    time.update(entry, readThreadTimes(this.#procRoot, entry.pid));
  }
}

function keyOf(entry: ProcEntry): string {
  return `${entry.pid}:${entry.startedTicks}`;
}
