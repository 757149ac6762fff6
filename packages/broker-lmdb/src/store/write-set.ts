import type { RootDatabase } from "lmdb";
import { asBuffer, type KeyRange } from "./keys.ts";

/** The tree of the store, as LMDB has it: keys and values are bytes. */
export type Tree = RootDatabase<Uint8Array, Uint8Array>;

/** Where records are read. */
export interface Records {
  get(key: Buffer): Buffer | undefined;
}

interface Write {
  readonly key: Buffer;
  /** Undefined: the record goes away. */
  readonly value: Buffer | undefined;
}

/**
 * What one transaction is going to write. Nobody else writes to the store, so what it reads is what was
 * there before, under what it is going to write itself.
 */
export class WriteSet implements Records {
  readonly #tree: Tree;
  readonly #writes = new Map<string, Write>();
  /** What the writes of the attempt that is under way have replaced, the latest last. */
  #replaced: [name: string, write: Write | undefined][] | undefined;

  constructor(tree: Tree) {
    this.#tree = tree;
    // LMDB keeps reading what was there when an event turn began to read, or a millisecond longer: what
    // the transaction before this one has written must be seen.
    tree.resetReadTxn();
  }

  get isEmpty(): boolean {
    return this.#writes.size === 0;
  }

  get(key: Buffer): Buffer | undefined {
    const write = this.#writes.get(nameOf(key));
    if (write !== undefined) return write.value;
    const value = this.#tree.getBinary(key);
    return value && asBuffer(value);
  }

  put(key: Buffer, value: Buffer): void {
    this.#set({ key, value });
  }

  remove(key: Buffer): void {
    this.#set({ key, value: undefined });
  }

  /** When the action throws, everything is as it was before it. */
  attempt(action: () => void): void {
    const replaced: [name: string, write: Write | undefined][] = [];
    this.#replaced = replaced;
    try {
      action();
    } catch (error) {
      for (const [name, write] of replaced.reverse()) {
        if (write === undefined) this.#writes.delete(name);
        else this.#writes.set(name, write);
      }
      throw error;
    } finally {
      this.#replaced = undefined;
    }
  }

  /** Keys that are in the store, except those that this set removes; those that it adds are not among them. */
  storedKeys({ start, end }: KeyRange, limit: number): readonly Buffer[] {
    const keys = [...this.#tree.getKeys({ start, end, limit })].map((key) => Buffer.from(key));
    return keys.filter((key) => this.get(key) !== undefined);
  }

  /** Resolves when everything is written and on the disk, and rejects when nothing is. */
  async commit(): Promise<void> {
    if (this.isEmpty) return;
    try {
      await this.#tree.batch(() => {
        for (const { key, value } of this.#writes.values()) this.#write(key, value);
      });
    } catch (error) {
      throw await causeOf(error);
    }
  }

  #set(write: Write): void {
    const name = nameOf(write.key);
    this.#replaced?.push([name, this.#writes.get(name)]);
    this.#writes.set(name, write);
  }

  #write(key: Buffer, value: Buffer | undefined): void {
    // Within a batch these promises are fulfilled from the start: the batch has the outcome.
    void (value === undefined ? this.#tree.remove(key) : this.#tree.put(key, value));
  }
}

/** LMDB says why a commit has failed in a second promise, which nobody else looks at. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !("commitError" in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}

function nameOf(key: Buffer): string {
  return key.toString("latin1");
}
