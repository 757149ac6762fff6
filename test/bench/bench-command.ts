import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Report } from "@windlass/bench";
import { onTestFinished } from "vitest";
import { tempDir } from "../support/temp-dir.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const program = [
  "--conditions=@windlass/source",
  "--import",
  "tsx",
  "packages/bench/src/cli/main.ts",
];

/** How a run of the command ended. */
export interface BenchExit {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run that made a report. */
export interface BenchRun extends BenchExit {
  readonly report: Report;
}

/** Runs `windlass-bench` from source to its end, whatever that is. */
export async function benchCommand(...args: string[]): Promise<BenchExit> {
  return await run(process.execPath, [...program, ...args]);
}

/** The same below a limit of open files. */
export async function benchWithFiles(limit: number, ...args: string[]): Promise<BenchExit> {
  const script = `ulimit -n ${limit} && exec "$@"`;
  return await run("sh", ["-c", script, "sh", process.execPath, ...program, ...args]);
}

/** Runs the command and reads its report; fails with what it wrote when there is none. */
export async function bench(...args: string[]): Promise<BenchRun> {
  const file = join(tempDir(), "report.json");
  const exit = await benchCommand(...args, "--json", file);
  try {
    return { ...exit, report: JSON.parse(readFileSync(file, "utf8")) as Report };
  } catch {
    throw new Error(`no report; status ${exit.status}:\n${exit.stdout}${exit.stderr}`);
  }
}

async function run(command: string, args: readonly string[]): Promise<BenchExit> {
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { status, stdout, stderr };
}
