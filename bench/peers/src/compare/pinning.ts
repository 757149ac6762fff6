import { execFileSync } from "node:child_process";
import { cpus } from "node:os";

/** Which processor does what. */
export interface Pinning {
  /** In front of the command of a server. */
  readonly serverPrefix: readonly string[];
  /** For the page: what was done, or why not. */
  readonly note: string;
  readonly isPinned: boolean;
}

const serverCore = "0";
const generatorCore = "1";

/**
 * Server on core 0, generator on core 1, so that they do not take turns and caches stay warm. Moves
 * this process; the generator's workers inherit it. Needs `taskset` and two cores.
 */
export function pin(cores: number = cpus().length): Pinning {
  if (cores < 2) return unpinned("There is one core only: server and generator share it.");
  try {
    // -a: the threads that are already there as well.
    execFileSync("taskset", ["-a", "-p", "-c", generatorCore, String(process.pid)], {
      stdio: "ignore",
    });
  } catch {
    return unpinned("There is no taskset here: server and generator are not pinned to cores.");
  }
  return {
    serverPrefix: ["taskset", "-c", serverCore],
    note: `Servers are pinned to core ${serverCore}, the generator to core ${generatorCore}.`,
    isPinned: true,
  };
}

function unpinned(note: string): Pinning {
  return { serverPrefix: [], note, isPinned: false };
}
