import { PageFlag, pageHeaderBytes } from "./lmdb-file.ts";
import { damaged, type StoreProblem } from "./store-problem.ts";

const nodeHeaderBytes = 8;

/** What a page holds: records when it is a leaf, and pages with more when it is a branch. */
export interface Node {
  /** Where the key begins in the page; it ends where the data begins. */
  readonly keyAt: number;
  readonly flags: number;
  /** The length of the data; in a branch the lower bits of a page number. */
  readonly low: number;
  /** Where the data begins in the page. */
  readonly dataAt: number;
}

/** The data of a record is in pages of its own. */
export const overflowNode = 0x01;

export function expectKind(page: Buffer, number: number, kind: keyof typeof PageFlag): void {
  if (page.readUInt16LE(18) !== PageFlag[kind]) throw damaged(`page ${number} is no ${kind} page`);
}

/**
 * What a branch or leaf page holds, in the order of the keys.
 *
 * @throws StoreProblem when it points beyond itself.
 */
export function nodesOf(page: Buffer, number: number): readonly Node[] {
  // Places in a page are counted from the end of its header.
  const listEnd = pageHeaderBytes + page.readUInt16LE(20);
  const nodesAt = pageHeaderBytes + page.readUInt16LE(22);
  const isList = pageHeaderBytes < listEnd && listEnd <= nodesAt && nodesAt <= page.length;
  if (!isList || listEnd % 2 !== 0) throw damaged(`page ${number} has no list of what it holds`);
  const nodes: Node[] = [];
  for (let at = pageHeaderBytes; at < listEnd; at += 2) {
    const nodeAt = pageHeaderBytes + page.readUInt16LE(at);
    const keyAt = nodeAt + nodeHeaderBytes;
    if (nodeAt < nodesAt || keyAt > page.length) throw beyondPage(number);
    const dataAt = keyAt + page.readUInt16LE(nodeAt + 6);
    if (dataAt > page.length) throw beyondPage(number);
    nodes.push({
      keyAt,
      flags: page.readUInt16LE(nodeAt + 4),
      low: page.readUInt32LE(nodeAt),
      dataAt,
    });
  }
  return nodes;
}

/** The page that a node of a branch page stands for. Its flags are upper bits of the number. */
export function childOf({ low, flags }: Node): number {
  return flags * 0x1_0000_0000 + low;
}

export function beyondPage(number: number): StoreProblem {
  return damaged(`page ${number} points beyond itself`);
}
