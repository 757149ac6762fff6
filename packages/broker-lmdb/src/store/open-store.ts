import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { open } from "lmdb";
import { assertUsable, probeName } from "./assert-usable.ts";
import { checkStoreFile } from "./check-store-file.ts";
import { markerKey } from "./keys.ts";
import { marker } from "./marker.ts";
import { lockFileNames, lockStore, type StoreLock } from "./store-lock.ts";
import { StoreProblem } from "./store-problem.ts";
import { syncPath } from "./sync-path.ts";
import type { Tree } from "./write-set.ts";

const storeFileName = "store.mdb";
const storeFileNames = [storeFileName, `${storeFileName}-lock`];
/** A store that is being made; it becomes the store when it is complete. */
const newFileName = "new.mdb";
const newFileNames = [newFileName, `${newFileName}-lock`];
const ownFileNames = new Set([...storeFileNames, ...newFileNames, ...lockFileNames]);

/** How a store is opened. */
export interface OpenOptions {
  readonly path: string;
  readonly maxBytes: number;
  readonly isCheckedOnOpen: boolean;
}

/** A store that is open, and this process's alone. */
export interface OpenStore {
  readonly tree: Tree;
  close(): Promise<void>;
}

/**
 * Opens a store, or makes one where there is none.
 *
 * @throws StoreProblem, or what Node or LMDB throws, when it cannot be opened; the file is unchanged then.
 */
export async function openStore(options: OpenOptions): Promise<OpenStore> {
  const { path, maxBytes, isCheckedOnOpen } = options;
  prepareFolder(path);
  const lock = lockStore(path);
  try {
    const file = join(path, storeFileName);
    if (!existsSync(file)) await createStore(path, maxBytes);
    assertUsable(path, storeFileNames);
    await checkStoreFile(file, isCheckedOnOpen);
    return openLocked(openTree(file, maxBytes), lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Makes the folder, or makes sure that it is one for a store. */
function prepareFolder(path: string): void {
  if (!existsSync(path)) {
    makeFolder(resolve(path));
    return;
  }
  if (!statSync(path).isDirectory()) {
    throw new StoreProblem("it is not a folder", "Give the path of the folder of the store");
  }
  const names = readdirSync(path);
  const foreign = names.find((name) => !ownFileNames.has(name) && !probeName.test(name));
  if (foreign === undefined || names.includes(storeFileName)) return;
  throw new StoreProblem(
    `there is no store in it, but a file "${foreign}"`,
    "Choose an empty folder, or one that does not exist yet",
  );
}

/** Makes a folder, and those above it that are missing. */
function makeFolder(path: string): void {
  const above = dirname(path);
  if (!existsSync(above)) makeFolder(above);
  mkdirSync(path);
  syncPath(above);
}

/** A power cut at any moment leaves no store or a complete one, never a part that looks damaged. */
async function createStore(path: string, maxBytes: number): Promise<void> {
  const file = join(path, newFileName);
  removeNew(path);
  assertUsable(path, newFileNames);
  try {
    const tree = openTree(file, maxBytes);
    try {
      await tree.put(markerKey, marker);
    } finally {
      await tree.close();
    }
    renameSync(file, join(path, storeFileName));
  } finally {
    removeNew(path);
  }
  syncPath(path);
}

function removeNew(path: string): void {
  for (const name of newFileNames) rmSync(join(path, name), { force: true });
}

/**
 * How LMDB works here:
 * - `overlappingSync: false`: a commit writes the pages, syncs them (`fdatasync`), and then writes the
 *   header through a descriptor opened with `O_DSYNC`. The promise of the commit is fulfilled after that,
 *   and readers see nothing before it. lmdb's default fulfils it, and shows the data, before the sync.
 * - `eventTurnBatching: false`: transactions are what `batch` says, not what happens in a turn. And lmdb's
 *   own batches leave a rejected promise to nobody when a commit fails, which would end the process.
 * - One tree, whose keys and values are bytes; no cache in front of it.
 */
function openTree(file: string, maxBytes: number): Tree {
  return open<Uint8Array, Uint8Array>({
    path: file,
    noSubdir: true,
    overlappingSync: false,
    eventTurnBatching: false,
    keyEncoding: "binary",
    encoding: "binary",
    maxDbs: 1,
    // Address space, not memory. Changed pages are copied before the old ones are free.
    mapSize: Math.ceil((maxBytes * 1.25) / mapStepBytes + 1) * mapStepBytes,
  });
}

const mapStepBytes = 67_108_864;

function openLocked(tree: Tree, lock: StoreLock): OpenStore {
  return {
    tree,
    async close() {
      await tree.close();
      await lock.release();
    },
  };
}
