import { statfsSync } from "node:fs";
import type { Tree } from "./write-set.ts";

interface TreeStats {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** What LMDB counts; lmdb's types do not say it. */
interface Stats extends TreeStats {
  readonly pageSize: number;
  readonly entryCount: number;
  readonly lastPageNumber: number;
  /** The tree of free pages. */
  readonly free: TreeStats;
}

/** What a store holds. */
export interface StoreSize {
  /** Bytes of the pages that hold records. */
  readonly usedBytes: number;
  /** Bytes of pages of the file that hold nothing; they are used before the file grows. */
  readonly freeBytes: number;
  readonly records: number;
}

/** There is no room for a record. */
export class NoRoomError extends Error {
  readonly advice: string;

  constructor(problem: string, advice: string) {
    super(problem);
    this.advice = advice;
  }
}

/** Left on the disk, so that what is over can be removed, which takes a little room itself. */
const reservedDiskBytes = 8_388_608;
/** Data of this length gets pages of its own. */
const ownPagesFromBytes = 2_000;
const pageBytes = 4_096;
const headerPages = 2;
/** For the key of a record, and the record of its topic. */
const bytesAround = 256;

/** The room that the records of one transaction may take. */
export class Room {
  readonly #tree: Tree;
  readonly #folder: string;
  readonly #maxBytes: number;
  #taken = 0;
  /** What was free before the transaction; looked up when the first record wants some. */
  #free: { readonly storeBytes: number; readonly diskBytes: number } | undefined;

  constructor(tree: Tree, folder: string, maxBytes: number) {
    this.#tree = tree;
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** @throws NoRoomError when a record of so many bytes does not fit any more. */
  take(bytes: number): void {
    const free = this.#free ?? this.#look();
    const taken = this.#taken + sizeInStore(bytes);
    if (taken > free.storeBytes) {
      throw new NoRoomError(
        `the store holds as much as it may, ${this.#maxBytes} bytes`,
        "Raise maxBytes, or keep less history: smaller sizes, shorter times",
      );
    }
    if (taken > free.diskBytes) {
      throw new NoRoomError(
        `its disk is full, except for ${reservedDiskBytes} bytes that are needed to remove records`,
        "Make room on the disk",
      );
    }
    this.#taken = taken;
  }

  #look(): { readonly storeBytes: number; readonly diskBytes: number } {
    const { bavail, bsize } = statfsSync(this.#folder);
    const { usedBytes, freeBytes } = sizeOf(this.#tree);
    this.#free = {
      storeBytes: this.#maxBytes - usedBytes,
      diskBytes: bavail * bsize + freeBytes - reservedDiskBytes,
    };
    return this.#free;
  }
}

/** The size of a store at this moment. */
export function sizeOf(tree: Tree): StoreSize {
  tree.resetReadTxn();
  const stats = tree.getStats() as Stats;
  const used = pagesOf(stats);
  const free = stats.lastPageNumber + 1 - headerPages - used - pagesOf(stats.free);
  return {
    usedBytes: used * stats.pageSize,
    freeBytes: Math.max(0, free) * stats.pageSize,
    records: stats.entryCount,
  };
}

function pagesOf({ treeBranchPageCount, treeLeafPageCount, overflowPages }: TreeStats): number {
  return treeBranchPageCount + treeLeafPageCount + overflowPages;
}

function sizeInStore(bytes: number): number {
  const own = bytes < ownPagesFromBytes ? bytes : Math.ceil(bytes / pageBytes + 1) * pageBytes;
  return own + bytesAround;
}
