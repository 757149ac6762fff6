import { spawn } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { packageRoot } from "./peer-command.ts";

/** Whether this is the compiler's output and not the source. */
export function isBuilt(): boolean {
  return extname(import.meta.url) === ".js";
}

/**
 * Runs this program's built form and resolves with its exit status. tsx would have the generator
 * name its functions at run time and take a second longer to start, in each of some hundred runs.
 */
export async function runBuilt(args: readonly string[]): Promise<number> {
  const main = fileURLToPath(new URL("dist/main.js", packageRoot));
  const child = spawn(process.execPath, [main, ...args], { stdio: "inherit" });
  // Ctrl-C reaches the child as well, which ends in order; this process waits for it.
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const passOn = (signal: NodeJS.Signals): void => {
    if (signal !== "SIGINT") child.kill(signal);
  };
  for (const signal of signals) process.on(signal, passOn);
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve(status ?? 2));
  });
}
