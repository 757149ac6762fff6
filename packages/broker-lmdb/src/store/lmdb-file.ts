import { fstatSync, readSync } from "node:fs";
import { damaged, StoreProblem } from "./store-problem.ts";

/*
 * The parts of LMDB's file format (data version 2, as the lmdb package writes it on 64-bit machines) that
 * are needed to tell whether a file is whole. LMDB maps the file into memory and follows its page numbers
 * without looking: a page that is missing or overwritten ends the process with a signal.
 */
const magic = 0xbeefc0de;
const dataVersion = 2;
const noPage = 0xffff_ffff_ffff_ffffn;
export const pageHeaderBytes = 24;
/** Free pages at the end are not written; no more than one transaction can have left them. */
const maxUnwrittenPages = 131_072;
const metaBytes = 144;

/** What the header of a page says it is. */
export const PageFlag = { branch: 0x01, leaf: 0x02, overflow: 0x04, meta: 0x08 } as const;

/** A tree, as a meta page describes it. */
export interface TreeRoot {
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
  /** Undefined: it is empty. */
  readonly root: number | undefined;
}

/** One state of the file: the trees that one transaction has left. */
export interface Meta {
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly transaction: number;
  readonly free: TreeRoot;
  readonly main: TreeRoot;
}

/** An LMDB file that is read without LMDB, page by page. */
export class LmdbFile {
  readonly #descriptor: number;
  readonly size: number;
  readonly meta: Meta;

  /**
   * @param descriptor stays open.
   * @throws StoreProblem when the file does not begin as an LMDB file does.
   */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
    this.size = fstatSync(descriptor).size;
    if (this.size === 0) throw damaged("the file is empty");
    const first = this.#readMeta(0);
    const second = this.#readMeta(first.pageBytes);
    this.meta = second.transaction > first.transaction ? second : first;
    const missing = this.meta.lastPage + 1 - this.size / this.meta.pageBytes;
    if (missing > maxUnwrittenPages) {
      throw damaged(`it ends at byte ${this.size}, and ${Math.ceil(missing)} pages are missing`);
    }
  }

  /** Bytes of a page, from its beginning; all of it by default. */
  page(number: number, bytes: number = this.meta.pageBytes): Buffer {
    return this.#read(number * this.meta.pageBytes, bytes);
  }

  #read(offset: number, bytes: number): Buffer {
    const buffer = Buffer.allocUnsafe(bytes);
    const length = readSync(this.#descriptor, buffer, 0, bytes, offset);
    if (length < bytes) {
      throw damaged(`it ends at byte ${this.size}, but more is needed from byte ${offset} on`);
    }
    return buffer;
  }

  #readMeta(offset: number): Meta {
    const page = this.#read(offset, pageHeaderBytes + metaBytes);
    const meta = page.subarray(pageHeaderBytes);
    const isMeta = page.readUInt16LE(18) === PageFlag.meta && meta.readUInt32LE(0) === magic;
    if (!isMeta) throw notLmdb(offset);
    const version = meta.readUInt32LE(4) & 0xffff;
    if (version !== dataVersion) throw otherVersion(version);
    const pageBytes = meta.readUInt32LE(24);
    if (!isPageSize(pageBytes) || (offset !== 0 && pageBytes !== offset)) {
      throw damaged(`its pages are said to have ${pageBytes} bytes`);
    }
    return {
      pageBytes,
      lastPage: numberAt(meta, 120),
      transaction: numberAt(meta, 128),
      free: treeAt(meta, 24),
      main: treeAt(meta, 72),
    };
  }
}

/** A whole number of eight bytes. @throws StoreProblem when it is none that a file can have. */
export function numberAt(bytes: Buffer, offset: number): number {
  const number = bytes.readBigUInt64LE(offset);
  if (number > Number.MAX_SAFE_INTEGER) throw damaged(`a number in it is ${number}`);
  return Number(number);
}

function treeAt(meta: Buffer, offset: number): TreeRoot {
  return {
    depth: meta.readUInt16LE(offset + 6),
    branchPages: numberAt(meta, offset + 8),
    leafPages: numberAt(meta, offset + 16),
    overflowPages: numberAt(meta, offset + 24),
    entries: numberAt(meta, offset + 32),
    root: meta.readBigUInt64LE(offset + 40) === noPage ? undefined : numberAt(meta, offset + 40),
  };
}

function isPageSize(bytes: number): boolean {
  return bytes >= 512 && bytes <= 65_536 && (bytes & (bytes - 1)) === 0;
}

function notLmdb(offset: number): StoreProblem {
  return damaged(`there is no LMDB header at byte ${offset}`);
}

function otherVersion(version: number): StoreProblem {
  return new StoreProblem(
    `it has version ${version} of LMDB's file format, not ${dataVersion}`,
    "Open it with the program that made it, or choose another folder for a new store",
  );
}
