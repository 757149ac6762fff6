import { closeSync, fsyncSync, openSync } from "node:fs";

/** Waits until a file is on the disk; or a folder, for the names of new files in it. */
export function syncPath(path: string): void {
  // Windows has no such call for folders, and needs the right to write for files.
  if (process.platform === "win32") return;
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
