import { silentLogger } from "@windlass/core";
import { ManualClock } from "@windlass/core/testing";
import { afterEach, expect, it, vi } from "vitest";
import { LmdbBroker } from "./index.ts";
import { keep } from "./open-broker.test-helper.ts";

/** Stands for a tree whose disk fails; LMDB cannot be made to fail so. */
const fake = vi.hoisted(() => ({
  commitError: undefined as Error | undefined,
  /** Whether LMDB refuses everything after a commit that has failed. */
  panics: false,
  isReadable: true,
}));

vi.mock("./store/open-store.ts", () => ({
  openStore: async () => ({
    tree: {
      resetReadTxn() {},
      getBinary: (key: Buffer) => {
        if (!fake.isReadable) throw new Error("MDB_PANIC: Update of meta page failed");
        return key.equals(Buffer.of(0)) ? Buffer.of(1) : undefined;
      },
      getStats: () => ({ free: {} }),
      batch: async () => {
        if (fake.commitError === undefined) return;
        fake.isReadable = !fake.panics;
        throw fake.commitError;
      },
    },
    close: async () => {},
  }),
}));

afterEach(() => {
  fake.commitError = undefined;
  fake.panics = false;
  fake.isReadable = true;
});

async function openFake(): Promise<LmdbBroker> {
  const broker = new LmdbBroker({ path: "/tmp", clock: new ManualClock() });
  await broker.open({ nodeId: "node", log: silentLogger, onGap: () => {} });
  return broker;
}

/** As lmdb does: the reason is in a second promise. */
function commitFailure(reason: string): Error {
  const commitError = Promise.reject(new Error(reason));
  return Object.assign(new Error("Commit failed (see commitError for details)"), { commitError });
}

const unavailable = (problem: string, advice: string) => ({
  code: "ERR_BROKER_UNAVAILABLE",
  details: { broker: "/tmp", problem, advice: expect.stringContaining(advice) },
});

it("says why a commit has failed, and goes on when LMDB does", async () => {
  const broker = await openFake();
  fake.commitError = commitFailure("Input/output error");
  await expect(
    broker.publish({ topic: "news", data: "a" }, { history: keep() }),
  ).rejects.toMatchObject(unavailable("Input/output error", "may be repeated"));
  fake.commitError = undefined;
  await broker.publish({ topic: "news", data: "a" }, { history: keep() });
});

it("delivers what is not kept, and answers subscriptions, though the commit before them failed", async () => {
  const broker = await openFake();
  const heard: unknown[] = [];
  await broker.subscribe("news", ({ data }) => heard.push(data));
  fake.commitError = commitFailure("Input/output error");
  const outcomes = await Promise.allSettled([
    broker.publish({ topic: "news", data: "kept" }, { history: keep() }),
    broker.publish({ topic: "news", data: "loose" }),
    broker.subscribe("news", ({ data }) => heard.push(`second ${String(data)}`)),
  ]);
  expect(outcomes).toMatchObject([
    { status: "rejected" },
    { status: "fulfilled", value: { isDuplicate: false } },
    { status: "fulfilled", value: undefined },
  ]);
  await broker.publish({ topic: "news", data: "end" });
  expect(heard).toEqual(["loose", "end", "second end"]);
});

it("refuses everything that needs the store once LMDB does", async () => {
  const broker = await openFake();
  fake.commitError = commitFailure("Input/output error");
  fake.panics = true;
  const publish = () => broker.publish({ topic: "news", data: "a" }, { history: keep() });
  await expect(publish()).rejects.toMatchObject(unavailable("Input/output error", "disk"));
  const broken = unavailable("an earlier write to its disk has failed", "start the process again");
  await expect(publish()).rejects.toMatchObject(broken);
  await expect(broker.history("news")).rejects.toMatchObject(broken);
  await expect(broker.forget("news")).rejects.toMatchObject(broken);
  await expect(broker.subscribe("news", () => {})).rejects.toMatchObject(broken);
  await broker.publish({ topic: "news", data: "not kept" });
  await broker.close();
});
