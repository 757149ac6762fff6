import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Committer, GroupCommit } from "./group-commit.ts";
import type { Operation } from "./operation.ts";
import type { Step } from "./topics/step.ts";

/** Commits when the test says so. */
class FakeCommitter implements Committer {
  readonly finish: { resolve: () => void; reject: (error: Error) => void }[] = [];
  begun = 0;
  beginError: Error | undefined;

  begin(): Step {
    this.begun += 1;
    if (this.beginError !== undefined) throw this.beginError;
    const writes = { attempt: (action: () => void) => action() };
    return { writes, counters: {} } as unknown as Step;
  }

  commit(): Promise<void> {
    return new Promise((resolve, reject) => this.finish.push({ resolve, reject }));
  }

  async next(): Promise<{ resolve: () => void; reject: (error: Error) => void }> {
    for (;;) {
      const finish = this.finish.shift();
      if (finish !== undefined) return finish;
      await nextTurn();
    }
  }
}

/** Writes down what happens to it. */
function operation(log: string[], name: string, part: Partial<Operation> = {}): Operation {
  return {
    topic: "news",
    bytes: 1,
    apply: () => void log.push(`apply ${name}`),
    succeed: () => void log.push(`succeed ${name}`),
    fail: (error) => void log.push(`fail ${name}: ${error.message}`),
    ...part,
  };
}

it("lets what comes in one turn share a transaction, and what comes later wait for the next", async () => {
  const committer = new FakeCommitter();
  const queue = new GroupCommit(committer);
  const log: string[] = [];
  queue.add(operation(log, "a"));
  queue.add(operation(log, "b"));
  const first = await committer.next();
  queue.add(operation(log, "c"));
  queue.add(operation(log, "d"));
  expect(log).toEqual(["apply a", "apply b"]);
  first.resolve();
  (await committer.next()).resolve();
  await queue.drained();
  const wanted = ["apply a", "apply b", "succeed a", "succeed b"];
  expect(log.slice(0, 4)).toEqual(wanted);
  expect(log.slice(4)).toEqual(["apply c", "apply d", "succeed c", "succeed d"]);
  expect(committer.begun).toBe(2);
});

it("tells every operation of a transaction that has failed, and goes on with the next", async () => {
  const committer = new FakeCommitter();
  const queue = new GroupCommit(committer);
  const log: string[] = [];
  queue.add(operation(log, "a"));
  queue.add(operation(log, "b"));
  const first = await committer.next();
  queue.add(operation(log, "c"));
  first.reject(new Error("disk"));
  (await committer.next()).resolve();
  await queue.drained();
  expect(log.slice(2)).toEqual(["fail a: disk", "fail b: disk", "apply c", "succeed c"]);
});

it("tells an operation alone when it could not do its part", async () => {
  const committer = new FakeCommitter();
  const queue = new GroupCommit(committer);
  const log: string[] = [];
  const apply = () => {
    throw new Error("full");
  };
  queue.add(operation(log, "a"));
  queue.add(operation(log, "b", { apply }));
  queue.add(operation(log, "c"));
  (await committer.next()).resolve();
  await queue.drained();
  expect(log.slice(2)).toEqual(["succeed a", "fail b: full", "succeed c"]);
});

it("keeps the reason of one when the transaction fails with another", async () => {
  const committer = new FakeCommitter();
  const queue = new GroupCommit(committer);
  const log: string[] = [];
  const apply = () => {
    throw new Error("full");
  };
  queue.add(operation(log, "a", { apply }));
  queue.add(operation(log, "b"));
  (await committer.next()).reject(new Error("disk"));
  await queue.drained();
  expect(log).toEqual(["apply b", "fail a: full", "fail b: disk"]);
});

it("tells them when no transaction can begin", async () => {
  const committer = new FakeCommitter();
  committer.beginError = new Error("broken");
  const queue = new GroupCommit(committer);
  const log: string[] = [];
  queue.add(operation(log, "a"));
  await queue.drained();
  expect(log).toEqual(["fail a: broken"]);
  expect(queue.waitingBytes).toBe(0);
});

it("has a topic pending until its last operation was told of its outcome", async () => {
  const committer = new FakeCommitter();
  const queue = new GroupCommit(committer);
  const seen: boolean[] = [];
  const succeed = () => void seen.push(queue.isPending("news"), queue.isPending("other"));
  queue.add(operation([], "a", { succeed }));
  queue.add(operation([], "b", { succeed }));
  expect(queue.waitingBytes).toBe(2);
  (await committer.next()).resolve();
  await queue.drained();
  expect(seen).toEqual([true, false, true, false]);
  expect(queue.isPending("news")).toBe(false);
  expect(queue.waitingBytes).toBe(0);
});

it("takes 8 MiB and 4,096 operations for a transaction at most, and one that is larger alone", async () => {
  const committer = new FakeCommitter();
  const queue = new GroupCommit(committer);
  const log: string[] = [];
  const mebibyte = 1_048_576;
  for (const bytes of [5, 3, 1, 9, 1]) {
    queue.add(operation(log, String(bytes), { bytes: bytes * mebibyte }));
  }
  const sizes: number[] = [];
  for (let transaction = 0; transaction < 4; transaction += 1) {
    const finish = await committer.next();
    sizes.push(log.filter((line) => line.startsWith("apply")).length);
    finish.resolve();
  }
  await queue.drained();
  expect(sizes).toEqual([2, 3, 4, 5]);
  for (let index = 0; index < 4_097; index += 1) queue.add(operation([], "small"));
  (await committer.next()).resolve();
  (await committer.next()).resolve();
  await queue.drained();
  expect(committer.begun).toBe(6);
});

it("applies and tells in the order of the calls, whatever fails", async () => {
  const step = fc.record({ adds: fc.integer({ min: 0, max: 4 }), isOk: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const committer = new FakeCommitter();
      const queue = new GroupCommit(committer);
      const applied: number[] = [];
      const told: number[] = [];
      let next = 0;
      for (const { adds, isOk } of steps) {
        for (let add = 0; add < adds; add += 1) {
          const id = next;
          next += 1;
          const note = () => void told.push(id);
          const apply = () => void applied.push(id);
          queue.add(operation([], "", { apply, succeed: note, fail: note }));
        }
        await nextTurn();
        const finish = committer.finish.shift();
        if (isOk) finish?.resolve();
        else finish?.reject(new Error("disk"));
      }
      while (told.length < next) {
        committer.finish.shift()?.resolve();
        await nextTurn();
      }
      const all = Array.from({ length: next }, (_, id) => id);
      expect(applied).toEqual(all);
      expect(told).toEqual(all);
    }),
    { numRuns: 50 },
  );
});
