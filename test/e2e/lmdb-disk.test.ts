import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LmdbBroker } from "@windlass/broker-lmdb";
import { silentLogger } from "@windlass/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { smallDisk, whyNoSmallDisk } from "../support/small-disk.ts";

const mebibyte = 1_048_576;
const history = { size: 1_000_000, ttlMs: 3_600_000, positionTtlMs: 3_600_000 };

async function open(path: string): Promise<LmdbBroker> {
  const broker = new LmdbBroker({ path, sweepIntervalMs: 10 });
  onTestFinished(() => broker.close());
  await broker.open({ nodeId: "node", log: silentLogger, onGap: () => {} });
  return broker;
}

async function publish(broker: LmdbBroker, topic: string, bytes: number): Promise<void> {
  await broker.publish({ topic, data: "x".repeat(bytes) }, { history });
}

/** Leaves so many bytes of a disk free. */
function fillDisk(folder: string, leftBytes: number): string {
  const { bavail, bsize } = statfsSync(folder);
  const file = join(folder, "filler");
  writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - leftBytes)));
  return file;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const reason = whyNoSmallDisk();

describe.skipIf(reason !== undefined)(`a full disk${reason ? ` (${reason})` : ""}`, () => {
  it("refuses publications with what is wrong, and takes them again when there is room", async () => {
    const disk = smallDisk(32);
    const broker = await open(join(disk, "store"));
    await publish(broker, "news", 1_000);
    const filler = fillDisk(disk, 7 * mebibyte);
    await expect(publish(broker, "news", 1_000)).rejects.toMatchObject({
      code: "ERR_BROKER_UNAVAILABLE",
      details: { call: "publish()", problem: expect.stringContaining("its disk is full") },
    });
    expect((await broker.history("news")).publications).toHaveLength(1);
    rmSync(filler);
    await publish(broker, "news", 1_000);
    expect((await broker.history("news")).position?.offset).toBe(2);
  });

  it("takes publications again when history was let go of, though the file stays as large", async () => {
    const disk = smallDisk(32);
    const broker = await open(join(disk, "store"));
    const refused = { code: "ERR_BROKER_UNAVAILABLE" };
    const fill = async () => {
      for (;;) await Promise.all(Array.from({ length: 64 }, () => publish(broker, "old", 10_000)));
    };
    await expect(fill()).rejects.toMatchObject(refused);
    await broker.forget("old");
    await until(() => broker.recordCount === 0);
    await publish(broker, "news", 10_000);
    expect((await broker.history("news")).publications).toHaveLength(1);
  });

  it("rejects what a write fails for, loses nothing else, and goes on", async () => {
    const disk = smallDisk(96);
    const path = join(disk, "store");
    const broker = await open(path);
    const heard: number[] = [];
    await broker.subscribe("large", ({ data }) => heard.push(data.length));
    // What is free in the file afterwards is in single pages: too small for large data.
    for (let round = 0; round < 100; round += 1) {
      const topics = Array.from({ length: 100 }, (_, index) => `topic ${index}`);
      await Promise.all(topics.map((topic) => publish(broker, topic, 3_000)));
    }
    for (let index = 0; index < 100; index += 2) await broker.forget(`topic ${index}`);
    await until(() => broker.recordCount <= 50 * 102);
    const filler = fillDisk(disk, 65_536);
    await expect(publish(broker, "large", 4 * mebibyte)).rejects.toMatchObject({
      code: "ERR_BROKER_UNAVAILABLE",
      details: { advice: expect.stringContaining("may be repeated") },
    });
    expect((await broker.history("large")).position).toBeUndefined();
    await publish(broker, "topic 1", 100);
    expect((await broker.history("topic 1")).position?.offset).toBe(101);
    rmSync(filler);
    await publish(broker, "large", 4 * mebibyte);
    expect(heard).toEqual([4 * mebibyte]);
    await broker.close();
    const again = await open(path);
    expect((await again.history("large")).position?.offset).toBe(1);
    for (let index = 1; index < 100; index += 2) {
      const { publications } = await again.history(`topic ${index}`);
      expect(publications).toHaveLength(index === 1 ? 101 : 100);
    }
  });

  it("lets a store be opened and read on a disk without any room", async () => {
    const disk = smallDisk(16);
    const path = join(disk, "store");
    const first = await open(path);
    await publish(first, "news", 100);
    await first.close();
    const filler = fillDisk(disk, 0);
    const broker = await open(path);
    expect((await broker.history("news")).publications).toHaveLength(1);
    await expect(publish(broker, "news", 100)).rejects.toMatchObject({
      code: "ERR_BROKER_UNAVAILABLE",
    });
    rmSync(filler);
    await publish(broker, "news", 100);
    expect((await broker.history("news")).position?.offset).toBe(2);
  });

  it("refuses to make a store there, and leaves nothing behind", async () => {
    const disk = smallDisk(1);
    const filler = fillDisk(disk, 0);
    const broker = new LmdbBroker({ path: disk });
    const host = { nodeId: "node", log: silentLogger, onGap: () => {} };
    await expect(broker.open(host)).rejects.toMatchObject({ code: "ERR_STORE_INVALID" });
    rmSync(filler);
    await open(disk);
  });
});
