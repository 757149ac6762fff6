import { setImmediate as nextTurn } from "node:timers/promises";
import { type LmdbFile, numberAt, pageHeaderBytes, type TreeRoot } from "./lmdb-file.ts";
import { beyondPage, childOf, expectKind, type Node, nodesOf, overflowNode } from "./lmdb-page.ts";
import { damaged } from "./store-problem.ts";

const overflowPointerBytes = 24;
const firstDataPage = 2;
/** LMDB's own limit. */
const maxDepth = 32;
/** As many are looked at in one turn of the event loop. */
const pagesInTurn = 512;

/** A key, where it lies in its page. */
export interface KeyInPage {
  readonly page: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Below 0 when the first key comes before the second, as LMDB has them. */
export type CompareKeys = (one: KeyInPage, other: KeyInPage) => number;

/** A page of a tree. */
interface TreePage {
  readonly number: number;
  readonly bytes: Buffer;
  readonly isLeaf: boolean;
  readonly nodes: readonly Node[];
}

/** Follows every page of the trees of a file. */
export class TreeCheck {
  readonly #file: LmdbFile;
  /** A bit for each page that was seen: no page may be used twice. */
  readonly #seen: Uint8Array;
  #pagesOfTurn = 0;

  constructor(file: LmdbFile) {
    this.#file = file;
    this.#seen = new Uint8Array(Math.ceil((file.meta.lastPage + 1) / 8));
  }

  /** The first record of a tree. */
  firstRecord(tree: TreeRoot): { readonly key: Buffer; readonly data: Buffer } | undefined {
    let number = tree.root;
    for (let depth = 1; number !== undefined && depth <= maxDepth; depth += 1) {
      const { bytes, isLeaf, nodes } = this.#read(number, depth === tree.depth);
      const [first] = nodes;
      if (isLeaf && first !== undefined) {
        const end = first.flags === 0 ? first.dataAt + first.low : first.dataAt;
        const key = bytes.subarray(first.keyAt, first.dataAt);
        return { key, data: bytes.subarray(first.dataAt, end) };
      }
      number = first && childOf(first);
    }
    return undefined;
  }

  /**
   * Follows a tree, and compares it with what its root says.
   *
   * @param compare the order of its keys.
   * @param onData called with the data of each record. Without it data is not read.
   * @throws StoreProblem when something does not fit.
   */
  async check(
    tree: TreeRoot,
    compare: CompareKeys,
    onData?: (data: Buffer) => void,
  ): Promise<void> {
    if (tree.depth > maxDepth) throw damaged(`a tree of it is ${tree.depth} pages deep`);
    const counts = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 };
    const order = new KeyOrder(compare);
    for await (const page of this.#pages(tree.root, tree.depth)) {
      if (!page.isLeaf) {
        counts.branchPages += 1;
        continue;
      }
      counts.leafPages += 1;
      counts.entries += page.nodes.length;
      for (const node of page.nodes) {
        order.expect(page, node);
        counts.overflowPages += this.#checkData(page, node);
        onData?.(this.#dataOf(page, node));
      }
    }
    for (const count of ["branchPages", "leafPages", "overflowPages", "entries"] as const) {
      if (counts[count] === tree[count]) continue;
      throw damaged(`it has ${counts[count]} ${count}, and should have ${tree[count]}`);
    }
  }

  /** A page is used once: by a tree, or as a free one. */
  use(number: number): void {
    this.#assertNumber(number);
    const [index, bit] = [Math.floor(number / 8), 1 << (number % 8)];
    const seen = this.#seen[index] ?? 0;
    if ((seen & bit) !== 0) throw damaged(`page ${number} is used twice`);
    this.#seen[index] = seen | bit;
  }

  /** The pages of a tree, in the order of their keys. */
  async *#pages(root: number | undefined, depth: number): AsyncGenerator<TreePage> {
    if (root === undefined) return;
    this.use(root);
    await this.#takeTurns();
    const page = this.#read(root, depth <= 1);
    yield page;
    if (page.isLeaf) return;
    for (const node of page.nodes) yield* this.#pages(childOf(node), depth - 1);
  }

  #read(number: number, isLeaf: boolean): TreePage {
    this.#assertNumber(number);
    const bytes = this.#file.page(number);
    this.#checkHeader(bytes, number);
    expectKind(bytes, number, isLeaf ? "leaf" : "branch");
    return { number, bytes, isLeaf, nodes: nodesOf(bytes, number) };
  }

  /** Says how many pages the data has for itself. */
  #checkData({ bytes, number }: TreePage, { flags, low, dataAt }: Node): number {
    if (flags === 0) {
      if (dataAt + low > bytes.length) throw beyondPage(number);
      return 0;
    }
    if (flags !== overflowNode) throw damaged(`page ${number} has data of an unknown kind`);
    if (dataAt + overflowPointerBytes > bytes.length) throw beyondPage(number);
    const first = numberAt(bytes, dataAt);
    const pages = numberAt(bytes, dataAt + 16);
    const wanted = Math.floor((pageHeaderBytes - 1 + low) / bytes.length) + 1;
    if (pages !== wanted) throw damaged(`page ${number} points to ${pages} pages, not ${wanted}`);
    for (let index = 0; index < pages; index += 1) this.use(first + index);
    const header = this.#file.page(first, pageHeaderBytes);
    this.#checkHeader(header, first);
    expectKind(header, first, "overflow");
    // The file may end within them.
    this.#file.page(first + pages - 1);
    return pages;
  }

  #dataOf({ bytes }: TreePage, { flags, low, dataAt }: Node): Buffer {
    if (flags === 0) return bytes.subarray(dataAt, dataAt + low);
    const page = this.#file.page(numberAt(bytes, dataAt), pageHeaderBytes + low);
    return page.subarray(pageHeaderBytes);
  }

  #checkHeader(page: Buffer, number: number): void {
    if (numberAt(page, 0) !== number) throw damaged(`page ${number} is not what is there`);
    if (numberAt(page, 8) <= this.#file.meta.transaction) return;
    throw damaged(
      `page ${number} is newer than the header; was the file copied while it was used?`,
    );
  }

  #assertNumber(number: number): void {
    if (number >= firstDataPage && number <= this.#file.meta.lastPage) return;
    throw damaged(`it points to page ${number}, which it does not have`);
  }

  async #takeTurns(): Promise<void> {
    this.#pagesOfTurn += 1;
    if (this.#pagesOfTurn < pagesInTurn) return;
    this.#pagesOfTurn = 0;
    await nextTurn();
  }
}

/** Keys come in their order, over all pages of a tree. */
class KeyOrder {
  readonly #compare: CompareKeys;
  #last: KeyInPage | undefined;

  constructor(compare: CompareKeys) {
    this.#compare = compare;
  }

  expect({ bytes, number }: TreePage, { keyAt, dataAt }: Node): void {
    const key = { page: bytes, start: keyAt, end: dataAt };
    if (this.#last !== undefined && this.#compare(this.#last, key) >= 0) {
      throw damaged(`the keys of page ${number} are not in order`);
    }
    this.#last = key;
  }
}
