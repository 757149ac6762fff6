import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { findBun } from "./bun-binary.ts";
import type { Machine } from "./result.ts";

const gibibyte = 2 ** 30;

/** What the figures depend on, without what would name the machine. */
export function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? "unknown",
    cores: all.length,
    memory: `${Math.round(totalmem() / gibibyte)} GiB`,
    // The number only: what vendors add may name a host.
    kernel: `${type()} ${/^[\d.]+/.exec(release())?.[0] ?? release()}`,
  };
}

/** Of the runtimes and of every package that does the work. */
export function describeVersions(): Readonly<Record<string, string>> {
  const bun = findBun();
  return {
    "Node.js": process.versions.node,
    ...(bun && { Bun: bun.version }),
    ...Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
  };
}

const packages = [
  "@windlass/app",
  "@windlass/bench",
  "@windlass/protocol",
  "uWebSockets.js",
  "zod",
  "ws",
  "socket.io",
];

/** Read from the folder: not every package lets its manifest be imported. */
function versionOf(name: string): string {
  const paths = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const path of paths) {
    const manifest = readManifest(join(path, name, "package.json"));
    if (manifest === undefined) continue;
    return manifest.name === name ? manifest.version : `${manifest.name} ${manifest.version}`;
  }
  return "unknown";
}

function readManifest(
  file: string,
): { readonly name: string; readonly version: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // Not in this folder; the next one up may have it.
    return undefined;
  }
}
