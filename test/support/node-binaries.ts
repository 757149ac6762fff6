import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** A release line of Node that the client runs in. */
export type NodeMajor = 20 | 22;

/** How long fetching a Node may take where npm has to. */
const fetchTimeoutMs = 300_000;

/**
 * The executable of a Node: from the package `node22-linux-x64` and its like, else this very process
 * when it is one, else as npm gets it.
 *
 * @throws Error that says what is missing and how to get it
 */
export async function nodeBinary(major: NodeMajor): Promise<string> {
  const binary = packagedBinary(major) ?? ownBinary(major) ?? (await fetchedBinary(major));
  const version = await ask(binary, "process.version");
  if (version.startsWith(`v${major}.`)) return binary;
  throw new Error(`${binary} is Node ${version}; wanted Node ${major}. ${advice(major)}`);
}

function packageName(major: NodeMajor): string {
  return `node${major}-${process.platform}-${process.arch}`;
}

function packagedBinary(major: NodeMajor): string | undefined {
  try {
    const manifest = require.resolve(`${packageName(major)}/package.json`);
    return join(dirname(manifest), "bin", "node");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

function ownBinary(major: NodeMajor): string | undefined {
  return process.version.startsWith(`v${major}.`) ? process.execPath : undefined;
}

async function fetchedBinary(major: NodeMajor): Promise<string> {
  const args = ["--yes", "--package", `node@${major}`, "node", "--print", "process.execPath"];
  try {
    const { stdout } = await run("npx", args, { timeout: fetchTimeoutMs });
    return stdout.trim();
  } catch (error) {
    throw new Error(
      `There is no Node ${major} on this machine; these tests need it. ${advice(major)}`,
      { cause: error },
    );
  }
}

async function ask(binary: string, expression: string): Promise<string> {
  const { stdout } = await run(binary, ["--print", expression]);
  return stdout.trim();
}

function advice(major: NodeMajor): string {
  return `Neither the package ${packageName(major)} of the workspace nor "npx --package node@${major}" provides it: install with optional dependencies, or let npm reach its registry.`;
}
