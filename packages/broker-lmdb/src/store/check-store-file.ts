import { closeSync, openSync } from "node:fs";
import { type KeyInPage, TreeCheck } from "./check-tree.ts";
import { LmdbFile, numberAt } from "./lmdb-file.ts";
import { checkMarker } from "./marker.ts";
import { damaged } from "./store-problem.ts";

const listEntryBytes = 8;

/**
 * Looks at the file of a store before LMDB does, and changes nothing. LMDB would end the process with a
 * signal where this throws an error.
 *
 * @param isThorough whether every page is followed. Without it only the beginning of the file is looked at,
 * unless the file is so short that pages may be missing at its end.
 * @throws StoreProblem when it is not a whole store of a known version.
 */
export async function checkStoreFile(path: string, isThorough: boolean): Promise<void> {
  const descriptor = openSync(path, "r");
  try {
    const file = new LmdbFile(descriptor);
    const { main, free, lastPage, pageBytes } = file.meta;
    const check = new TreeCheck(file);
    checkMarker(check.firstRecord(main));
    // LMDB does not write pages at the end that are free.
    if (!isThorough && file.size >= (lastPage + 1) * pageBytes) return;
    await check.check(main, compareBytes);
    await check.check(free, compareTransactions, (list) => useFreePages(check, list));
  } catch (error) {
    // What is read is not where it should be.
    throw error instanceof RangeError ? damaged(error.message) : error;
  } finally {
    closeSync(descriptor);
  }
}

function compareBytes(one: KeyInPage, other: KeyInPage): number {
  return one.page.compare(other.page, other.start, other.end, one.start, one.end);
}

/** The keys of the free pages are numbers of transactions. */
function compareTransactions(one: KeyInPage, other: KeyInPage): number {
  const [first, second] = [one, other].map(({ page, start }) => page.readBigUInt64LE(start));
  return (first ?? 0n) < (second ?? 0n) ? -1 : 1;
}

/**
 * LMDB gives a free page to the next who needs one: one that is in use must not be among them. A list is
 * its length, and then pages; before the first of several in a row stands their number, negative. Zeros
 * are empty places; what comes after the list does not count.
 */
function useFreePages(check: TreeCheck, list: Buffer): void {
  const length = numberAt(list, 0);
  if (list.length < (length + 1) * listEntryBytes) throw damaged("a list of free pages is cut off");
  let pages = 1;
  for (let index = 1; index <= length; index += 1) {
    const entry = Number(list.readBigInt64LE(index * listEntryBytes));
    if (entry < 0) {
      pages = -entry;
      continue;
    }
    for (let page = entry; entry !== 0 && page < entry + pages; page += 1) check.use(page);
    pages = 1;
  }
}
