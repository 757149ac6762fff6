import { execFileSync } from "node:child_process";
import { onTestFinished } from "vitest";
import { tempDir } from "./temp-dir.ts";

/** Why this machine lets no test have a disk of its own; undefined when it does. */
export function whyNoSmallDisk(): string | undefined {
  if (process.platform !== "linux") return "only Linux has tmpfs";
  return process.getuid?.() === 0 ? undefined : "only root may mount";
}

/** The folder of an empty disk of so many MiB, which goes away with the test. */
export function smallDisk(mebibytes: number): string {
  const path = tempDir();
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", path]);
  onTestFinished(() => void execFileSync("umount", ["--lazy", path]));
  return path;
}
