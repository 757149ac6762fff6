import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Bun as the npm package brings it along. */
export interface BunBinary {
  readonly file: string;
  readonly version: string;
}

/**
 * The binary inside the package of this platform that `bun` depends on. Bun's own command is a
 * placeholder until its install script has run, which it does not in this repository. `undefined`
 * where there is none, or none that runs.
 */
export function findBun(
  platform: string = process.platform,
  arch: string = process.arch,
): BunBinary | undefined {
  for (const name of packageNames(platform, arch)) {
    const file = binaryOf(name, platform);
    const version = file === undefined ? undefined : versionOf(file);
    if (file !== undefined && version !== undefined) return { file, version };
  }
  return undefined;
}

function packageNames(platform: string, arch: string): readonly string[] {
  const os = platform === "win32" ? "windows" : platform;
  const cpu = arch === "arm64" ? "aarch64" : arch;
  const name = `@oven/bun-${os}-${cpu}`;
  return [name, `${name}-musl`];
}

function binaryOf(name: string, platform: string): string | undefined {
  try {
    const bun = createRequire(import.meta.url).resolve("bun/package.json");
    const manifest = createRequire(bun).resolve(`${name}/package.json`);
    return join(dirname(manifest), "bin", platform === "win32" ? "bun.exe" : "bun");
  } catch {
    // Not installed: an optional dependency for another platform.
    return undefined;
  }
}

function versionOf(file: string): string | undefined {
  try {
    return execFileSync(file, ["--version"], { encoding: "utf8", timeout: 10_000 }).trim();
  } catch {
    // A binary for another C library or processor.
    return undefined;
  }
}
