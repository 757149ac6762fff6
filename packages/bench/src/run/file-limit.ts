import { readFileSync } from "node:fs";
import { BenchError } from "../contract/bench-error.ts";
import { formatCount } from "../report/format.ts";

/** Descriptors that a worker needs besides its connections: standard streams, pipes, event loop. */
const OWN_DESCRIPTORS = 64;

/** The soft limit of open files of a process; `undefined` where there is no `/proc`. */
export function readFileLimit(pid: number | "self"): number | undefined {
  try {
    return parseFileLimit(readFileSync(`/proc/${pid}/limits`, "utf8"));
  } catch {
    return undefined;
  }
}

/** From the text of `/proc/<pid>/limits`. */
export function parseFileLimit(limits: string): number | undefined {
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  if (soft === undefined) return undefined;
  return soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
}

/**
 * Every connection is an open file of its worker. Workers inherit the limit of this process.
 *
 * @throws BenchError when the limit is too low
 */
export function checkWorkerFiles(connections: readonly number[], limit: number | undefined): void {
  const most = Math.max(0, ...connections);
  const needed = most + OWN_DESCRIPTORS;
  if (limit === undefined || needed <= limit) return;
  const total = connections.reduce((sum, count) => sum + count, 0);
  const workers = Math.ceil(total / Math.max(1, limit - OWN_DESCRIPTORS));
  throw new BenchError(
    `A worker opens ${formatCount(most)} connections and needs ${needed} open files; the limit is ${limit}. ` +
      `Raise it with \`ulimit -n ${needed}\` in this shell, or use --workers ${workers}: each has a limit of its own.`,
  );
}

/** A warning when the server cannot hold that many connections; its processes may share them. */
export function serverFileWarning(pid: number, connections: number): readonly string[] {
  const limit = readFileLimit(pid);
  if (limit === undefined || connections < limit) return [];
  return [
    `The server's process ${pid} may have ${limit} open files, and ${formatCount(connections)} connections were asked for. ` +
      `Unless several processes share them, start it after \`ulimit -n ${connections + OWN_DESCRIPTORS}\`.`,
  ];
}
