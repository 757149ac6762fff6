import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Adapter } from "../contract/adapter.ts";
import { BenchError } from "../contract/bench-error.ts";
import { checkAdapter } from "./adapter-checks.ts";
import { builtInAdapter } from "./built-in-adapters.ts";

const wanted = 'expected "plain", "socket.io" or the path of a module, such as "./my-adapter.mjs"';

/**
 * The adapter of that name: `plain`, `socket.io`, `socket.io/NAMESPACE`, or the one that a module
 * exports as `adapter`. Paths are taken from the working directory.
 *
 * @throws BenchError when there is no such adapter, its module fails, or it is not well formed
 */
export async function loadAdapter(name: string): Promise<Adapter> {
  const builtIn = builtInAdapter(name);
  if (builtIn !== undefined) return builtIn;
  if (!isPath(name)) throw new BenchError(`adapter: ${wanted}; seen ${JSON.stringify(name)}.`);
  const path = name.startsWith("file:") ? fileURLToPath(name) : resolve(name);
  if (!existsSync(path)) throw new BenchError(`adapter: there is no file ${path}.`);
  return checkAdapter(Reflect.get(await importModule(path), "adapter"), path);
}

/** The name with a relative path made absolute, so that it means the same everywhere. */
export function resolveAdapter(name: string, folder: string): string {
  if (builtInAdapter(name) !== undefined || !isPath(name)) return name;
  return name.startsWith("file:") ? name : resolve(folder, name);
}

function isPath(name: string): boolean {
  return /[\\/]|\.[cm]?[jt]s$/.test(name);
}

async function importModule(path: string): Promise<object> {
  try {
    return (await import(pathToFileURL(path).href)) as object;
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    const hint = unknownExtension(cause)
      ? " Compile it to JavaScript first, or run windlass-bench under tsx."
      : "";
    throw new BenchError(`adapter: ${path} cannot be loaded: ${reason}${hint}`, { cause });
  }
}

/** Node.js before 22.18 does not run TypeScript by itself. */
function unknownExtension(cause: unknown): boolean {
  return cause instanceof Error && Reflect.get(cause, "code") === "ERR_UNKNOWN_FILE_EXTENSION";
}
