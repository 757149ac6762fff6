import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ of Linux: `/proc/<pid>/stat` counts CPU time in these on every architecture Node runs on. */
const TICKS_PER_SECOND = 100;

/** utime and stime are cut off to whole ticks, each of them. */
export const TICK_ERROR_SECONDS = 2 / TICKS_PER_SECOND;

/** One process as `/proc` shows it at a moment. */
export interface ProcEntry {
  readonly pid: number;
  readonly parent: number;
  /** Process group. */
  readonly group: number;
  /** Together with the pid it names a process for good: pids are used again. */
  readonly startedTicks: string;
  readonly isZombie: boolean;
  /** User and system time of all threads, also of those that have ended; in ticks of 10 ms. */
  readonly tickSeconds: number;
  readonly rssBytes: number;
}

/** The process with this pid; `undefined` when there is none. `root` is `/proc`. */
export function readProcEntry(root: string, pid: number): ProcEntry | undefined {
  const stat = readText(`${root}/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name in parentheses may hold anything, parentheses too. Field 3 (state) follows: proc_pid_stat(5).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const field = (number: number): string => fields[number - 3] ?? "";
  return {
    pid,
    parent: Number(field(4)),
    group: Number(field(5)),
    startedTicks: field(22),
    isZombie: field(3) === "Z",
    tickSeconds: (Number(field(14)) + Number(field(15))) / TICKS_PER_SECOND,
    rssBytes: residentBytes(root, pid),
  };
}

/** All processes; none where there is no `/proc`. */
export function readAllProcEntries(root: string): readonly ProcEntry[] {
  return list(root)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcEntry(root, Number(name)) ?? []);
}

/** Nanoseconds on the CPU of each living thread; `undefined` where the kernel does not count them. */
export function readThreadTimes(root: string, pid: number): Map<string, number> | undefined {
  const times = new Map<string, number>();
  for (const thread of list(`${root}/${pid}/task`)) {
    const text = readText(`${root}/${pid}/task/${thread}/schedstat`);
    const nanoseconds = Number.parseInt(text ?? "", 10);
    if (nanoseconds >= 0) times.set(thread, nanoseconds);
  }
  // Without CONFIG_SCHED_INFO the files are missing or hold zeros only.
  return [...times.values()].some((nanoseconds) => nanoseconds > 0) ? times : undefined;
}

/** Pids of the children of a process. */
export function readChildren(root: string, pid: number): readonly number[] {
  const files = list(`${root}/${pid}/task`).map((thread) =>
    readText(`${root}/${pid}/task/${thread}/children`),
  );
  // Kernels without CONFIG_PROC_CHILDREN: look at the parent of every process.
  if (files.length > 0 && files.every((text) => text === undefined))
    return searchChildren(root, pid);
  return files.flatMap((text) => (text ?? "").split(" ").filter(Boolean).map(Number));
}

function searchChildren(root: string, parent: number): readonly number[] {
  return readAllProcEntries(root)
    .filter((entry) => entry.parent === parent)
    .map((entry) => entry.pid);
}

function residentBytes(root: string, pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readText(`${root}/${pid}/status`) ?? "");
  return Number(line?.[1] ?? 0) * 1024;
}

/** Processes end while they are looked at: a missing file is an answer, not an error. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
