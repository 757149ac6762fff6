import { closeSync, existsSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What new files need at first, and more. */
const roomBytes = 65_536;

/** Files that this has made, and that a crash may have left. */
export const probeName: RegExp = /^probe-\d+$/;

/**
 * Makes sure that files of LMDB in a folder can be used, or made. lmdb 3.5.6 ends the process with a signal
 * when it cannot open one of its files, and so does the system when there is no room for what is written to
 * a file that is mapped into memory.
 *
 * @throws what Node throws when they cannot.
 */
export function assertUsable(folder: string, names: readonly string[]): void {
  const files = names.map((name) => join(folder, name));
  for (const file of files) if (existsSync(file)) closeSync(openSync(file, "r+"));
  if (files.every((file) => existsSync(file))) return;
  const probe = join(folder, `probe-${process.pid}`);
  try {
    writeFileSync(probe, Buffer.alloc(roomBytes));
  } finally {
    rmSync(probe, { force: true });
  }
}
