import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { BenchError } from "../contract/bench-error.ts";
import { resolveAdapter } from "./adapters.ts";

/** Raw settings, not yet checked. */
export type RawSettings = Readonly<Record<string, unknown>>;

/**
 * The settings in a JSON file, as they stand there. A path of an adapter is taken from the file's
 * folder.
 *
 * @throws BenchError when there is no such file, it is no JSON, or its JSON is no object
 */
export function readSettingsFile(path: string): RawSettings {
  const settings = parse(read(path), path);
  if (typeof settings !== "object" || settings === null || Array.isArray(settings)) {
    throw new BenchError(`${path}: expected a JSON object such as { "connections": 100 }.`);
  }
  const raw: Record<string, unknown> = { ...settings };
  const { adapter } = raw;
  if (typeof adapter === "string") raw["adapter"] = resolveAdapter(adapter, dirname(path));
  return raw;
}

/** Of each group at most one may be set; the command line's one displaces the file's. */
const rivals: readonly (readonly string[])[] = [
  ["inFlight", "rate"],
  ["pid", "spawn"],
];

/** Settings of a file with those of the command line over them. */
export function overrideSettings(file: RawSettings, commandLine: RawSettings): RawSettings {
  const displaced = new Set(
    rivals.filter((group) => group.some((name) => name in commandLine)).flat(),
  );
  const kept = Object.entries(file).filter(([name]) => !displaced.has(name));
  return { ...Object.fromEntries(kept), ...commandLine };
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const code = cause instanceof Error ? Reflect.get(cause, "code") : undefined;
    const reason = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    throw new BenchError(`${path}: ${reason}; --config takes the path of a JSON file.`, { cause });
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BenchError(`${path}: expected JSON: ${reason}.`, { cause });
  }
}
