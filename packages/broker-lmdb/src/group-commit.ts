import { toError } from "@windlass/core";
import type { Operation } from "./operation.ts";
import { attempt, type Step } from "./topics/step.ts";

/** Makes transactions, and writes them. */
export interface Committer {
  begin(): Step;
  /** Resolves when the transaction is on the disk, and rejects when it is not. */
  commit(step: Step): Promise<void>;
}

/** As much goes into one transaction at most, so that none takes long. */
const maxOperations = 4_096;
const maxBytes = 8_388_608;

/**
 * Lets operations happen in the order in which they came, one transaction at a time. What comes while one
 * is on its way to the disk waits for the next and shares it: under load many publications share one
 * write to the disk, and without load none waits for others.
 */
export class GroupCommit {
  readonly #committer: Committer;
  #waiting: Operation[] = [];
  #waitingBytes = 0;
  /** How many operations of a topic wait or are on their way. */
  readonly #pending = new Map<string, number>();
  #running: Promise<void> | undefined;

  constructor(committer: Committer) {
    this.#committer = committer;
  }

  /** Memory of the operations that have not happened yet, in bytes. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Whether something of this topic has not happened yet. */
  isPending(topic: string): boolean {
    return this.#pending.has(topic);
  }

  /** The operation is told of its outcome. */
  add(operation: Operation): void {
    const { topic, bytes } = operation;
    this.#waiting.push(operation);
    this.#waitingBytes += bytes;
    this.#pending.set(topic, (this.#pending.get(topic) ?? 0) + 1);
    this.#running ??= this.#run();
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // What is published in the same turn shares the first transaction, too.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#write(this.#take());
    this.#running = undefined;
  }

  #take(): readonly Operation[] {
    let [count, bytes] = [0, 0];
    for (const operation of this.#waiting) {
      bytes += operation.bytes;
      if (count === maxOperations || (count > 0 && bytes > maxBytes)) break;
      count += 1;
    }
    const taken = this.#waiting;
    this.#waiting = taken.splice(count);
    return taken;
  }

  /** Never rejects: each operation is told of its outcome. */
  async #write(operations: readonly Operation[]): Promise<void> {
    const outcomes = new Map<Operation, Error | undefined>();
    try {
      const step = this.#committer.begin();
      for (const operation of operations) outcomes.set(operation, apply(operation, step));
      await this.#committer.commit(step);
    } catch (thrown) {
      const error = toError(thrown);
      for (const operation of operations) {
        outcomes.set(operation, outcomes.get(operation) ?? error);
      }
    }
    for (const [operation, error] of outcomes) {
      if (error === undefined) operation.succeed();
      else operation.fail(error);
      this.#done(operation);
    }
  }

  #done({ topic, bytes }: Operation): void {
    this.#waitingBytes -= bytes;
    const others = (this.#pending.get(topic) ?? 1) - 1;
    if (others > 0) this.#pending.set(topic, others);
    else this.#pending.delete(topic);
  }
}

/** What it threw, if it did. */
function apply(operation: Operation, step: Step): Error | undefined {
  try {
    attempt(step, () => operation.apply(step));
    return undefined;
  } catch (thrown) {
    return toError(thrown);
  }
}
