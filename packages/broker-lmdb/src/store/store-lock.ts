import { closeSync, existsSync, openSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { toError } from "@windlass/core";
import { open, type RootDatabase, type Transaction } from "lmdb";
import { assertUsable } from "./assert-usable.ts";
import { LmdbFile } from "./lmdb-file.ts";
import { StoreProblem } from "./store-problem.ts";
import { syncPath } from "./sync-path.ts";

/** Files of the lock; they hold no data. */
export const lockFileNames: readonly string[] = ["in-use.mdb", "in-use.mdb-lock"];
const [lockFileName = ""] = lockFileNames;

/** Folders of the stores that are open in this process. */
const openFolders = new Set<string>();

/** The right to use a store, which only one process has at a time. */
export interface StoreLock {
  release(): Promise<void>;
}

/**
 * Takes the lock of a folder, which must exist.
 *
 * Node has no lock on files that the system takes back when a process dies, but LMDB has one inside: each
 * reader of an environment stands in a table with its process id, and holds a lock on a byte of the lock
 * file for that id (`F_SETLK`). So there is an empty environment beside the store whose only use is that
 * table: who uses the store reads it for as long. LMDB drops the entries of processes that have died,
 * also when their ids have been given to others, and also between containers that share the folder.
 *
 * @throws StoreProblem when another process, or this one, uses the store.
 */
export function lockStore(folder: string): StoreLock {
  const path = realpathSync(folder);
  if (openFolders.has(path)) throw inUse("this process");
  const environment = openEnvironment(path);
  try {
    const entry = enter(environment);
    openFolders.add(path);
    return {
      async release() {
        // Until now it had to be held: without it the entry would go with the next garbage collection.
        entry.done();
        await environment.close();
        openFolders.delete(path);
      },
    };
  } catch (error) {
    void environment.close();
    throw error;
  }
}

function openEnvironment(folder: string): RootDatabase {
  assertUsable(folder, lockFileNames);
  const file = join(folder, lockFileName);
  const isNew = !existsSync(file) || statSync(file).size === 0;
  if (!isNew) checkHeader(file);
  const options = { noSubdir: true, overlappingSync: false, mapSize: 1_048_576, maxDbs: 1 };
  const environment = open({ path: file, ...options });
  // LMDB does not do it, and would not take what a power cut leaves of the file.
  if (isNew) syncPath(file);
  return environment;
}

function checkHeader(file: string): void {
  const descriptor = openSync(file, "r");
  try {
    new LmdbFile(descriptor);
  } catch (error) {
    throw new StoreProblem(
      `its lock is damaged: ${toError(error).message}`,
      `Delete ${lockFileNames.join(" and ")} when no process uses the store; they hold no data`,
      { cause: error },
    );
  } finally {
    closeSync(descriptor);
  }
}

/** Stands in the table from now on, unless somebody else does. */
function enter(environment: RootDatabase): Transaction {
  // Entered before looking: of two that come at the same time, one at least sees the other.
  const entry = read(environment);
  environment.readerCheck();
  const others = readersIn(environment.readerList()).filter((id) => id !== process.pid);
  if (others.length > 0) throw inUse(`process ${others.join(", ")}`);
  return entry;
}

function read(environment: RootDatabase): Transaction {
  try {
    return environment.useReadTransaction();
  } catch (error) {
    // Node is often process 1 in its container. lmdb tries for ten seconds then, and says nothing of use.
    throw inUse(`another process with the id ${process.pid}, as in another container,`, error);
  }
}

/** The first column of LMDB's list is the process id. */
function readersIn(list: string): number[] {
  return Array.from(list.matchAll(/^\s*(\d+) /gm), ([, id]) => Number(id));
}

function inUse(by: string, cause?: unknown): StoreProblem {
  return new StoreProblem(
    `${by} uses it`,
    "A store belongs to one broker of one process; stop the other one, or give this one another folder",
    { cause },
  );
}
