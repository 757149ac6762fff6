import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ManualClock, RecordingLogger } from "@windlass/core/testing";
import { open as openLmdb } from "lmdb";
import { expect, it, onTestFinished } from "vitest";
import { LmdbBroker } from "./index.ts";
import { keep, openBroker, openNow, textsOf } from "./open-broker.test-helper.ts";
import { tempFolder } from "./temp-folder.test-helper.ts";

const host = { nodeId: "node", log: new RecordingLogger(), onGap: () => {} };

/** What a store is refused with. */
async function refusalOf(path: string): Promise<{ problem: string; advice: string }> {
  const broker = new LmdbBroker({ path });
  const error: unknown = await broker.open(host).then(
    () => expect.fail("the store was opened"),
    (thrown: unknown) => thrown,
  );
  await broker.close();
  expect(error).toMatchObject({ code: "ERR_STORE_INVALID", details: { path } });
  return (error as { details: { problem: string; advice: string } }).details;
}

/** An LMDB file that somebody made, with these records. */
async function makeLmdb(file: string, records: readonly (readonly [Buffer, Buffer])[]) {
  const tree = openLmdb({ path: file, noSubdir: true, keyEncoding: "binary", encoding: "binary" });
  for (const [key, value] of records) await tree.put(key, value);
  await tree.close();
}

/** Acts as a user without rights; the tests themselves run as root in many places. */
function asNobody(): void {
  if (process.geteuid?.() !== 0) return;
  process.seteuid?.(65_534);
  onTestFinished(() => process.seteuid?.(0));
}

it("makes the folder and the store, and finds them again", async () => {
  const path = join(tempFolder(), "data", "topics");
  const broker = await openBroker({ path });
  await broker.publish({ topic: "news", data: "a" }, { history: keep() });
  expect(broker.recordCount).toBeGreaterThan(0);
  await broker.close();
  const again = await openBroker({ path });
  expect(textsOf((await again.history("news")).publications)).toEqual(["a"]);
  expect(readdirSync(path).toSorted()).toEqual([
    "in-use.mdb",
    "in-use.mdb-lock",
    "store.mdb",
    "store.mdb-lock",
  ]);
});

it("finishes a store whose making was cut off", async () => {
  const path = tempFolder();
  writeFileSync(join(path, "new.mdb"), "half of a st");
  writeFileSync(join(path, "new.mdb-lock"), "");
  const broker = await openBroker({ path });
  expect(broker.recordCount).toBe(0);
  expect(existsSync(join(path, "new.mdb"))).toBe(false);
});

it("refuses a store of a newer version, and leaves it alone", async () => {
  const path = tempFolder();
  const file = join(path, "store.mdb");
  const marker = JSON.stringify({ format: "windlass-broker-lmdb", version: 2, more: "unknown" });
  await makeLmdb(file, [[Buffer.of(0), Buffer.from(marker)]]);
  const before = readFileSync(file);
  const { problem, advice } = await refusalOf(path);
  expect(problem).toBe("it has version 2 of the format, and this package knows versions up to 1");
  expect(advice).toContain("@windlass/broker-lmdb");
  expect(readFileSync(file).equals(before)).toBe(true);
});

it("refuses an LMDB file of another program, and leaves it alone", async () => {
  const strange: (readonly [Buffer, Buffer])[][] = [
    [],
    [[Buffer.from("user:1"), Buffer.from("anna")]],
    [[Buffer.of(0), Buffer.from("not JSON")]],
    [[Buffer.of(0), Buffer.from(JSON.stringify({ format: "other", version: 1 }))]],
    [[Buffer.of(0), Buffer.alloc(10_000)]],
  ];
  for (const records of strange) {
    const path = tempFolder();
    const file = join(path, "store.mdb");
    await makeLmdb(file, records);
    const before = readFileSync(file);
    expect((await refusalOf(path)).problem).toBe("it is an LMDB file of another program");
    expect(readFileSync(file).equals(before)).toBe(true);
  }
});

it("refuses another version of LMDB's file format", async () => {
  const path = tempFolder();
  await (await openBroker({ path })).close();
  const file = join(path, "store.mdb");
  const bytes = readFileSync(file);
  for (const page of [0, 4_096]) bytes[page + 28] = 3;
  writeFileSync(file, bytes);
  expect((await refusalOf(path)).problem).toContain("version 3 of LMDB's file format");
});

it("refuses a folder with other files, and puts nothing into it", async () => {
  const path = tempFolder();
  await makeLmdb(join(path, "data.mdb"), [[Buffer.from("user:1"), Buffer.from("anna")]]);
  const before = readdirSync(path).toSorted();
  const { problem, advice } = await refusalOf(path);
  expect(problem).toContain('a file "data.mdb"');
  expect(advice).toContain("empty folder");
  expect(readdirSync(path).toSorted()).toEqual(before);
});

it("refuses a path that is a file, or is below one", async () => {
  const file = join(tempFolder(), "file");
  writeFileSync(file, "");
  expect((await refusalOf(file)).problem).toBe("it is not a folder");
  const { problem, advice } = await refusalOf(join(file, "below"));
  expect(problem).toContain("ENOTDIR");
  expect(advice).toContain("Choose a path that is a folder");
});

it("refuses a folder that cannot be written, or a file in it", async () => {
  const path = tempFolder();
  await (await openBroker({ path })).close();
  const empty = tempFolder();
  chmodSync(empty, 0o555);
  chmodSync(path, 0o755);
  const before = readFileSync(join(path, "store.mdb"));
  asNobody();
  for (const folder of [join(empty, "below"), empty, path]) {
    const { problem, advice } = await refusalOf(folder);
    expect(problem).toMatch(/permission denied/i);
    expect(advice).toContain("right to read and write");
  }
  expect(readFileSync(join(path, "store.mdb")).equals(before)).toBe(true);
});

it("refuses a store whose file alone cannot be written", async () => {
  const path = tempFolder();
  await (await openBroker({ path })).close();
  chmodSync(path, 0o777);
  for (const name of readdirSync(path)) chmodSync(join(path, name), 0o666);
  chmodSync(join(path, "store.mdb"), 0o444);
  asNobody();
  expect((await refusalOf(path)).problem).toMatch(/permission denied/i);
});

it("refuses a second broker of this process until the first has closed", async () => {
  const path = tempFolder();
  const first = await openBroker({ path });
  await first.publish({ topic: "news", data: "a" }, { history: keep() });
  const second = new LmdbBroker({ path: `${path}/../${path.split("/").at(-1)}` });
  await expect(second.open(host)).rejects.toMatchObject({
    code: "ERR_STORE_INVALID",
    details: { problem: "this process uses it" },
  });
  await first.close();
  // Which may be called again after it has failed.
  await openNow(second);
  expect(textsOf((await second.history("news")).publications)).toEqual(["a"]);
});

it("says which files to delete when its lock is damaged", async () => {
  const path = tempFolder();
  await (await openBroker({ path })).close();
  writeFileSync(join(path, "in-use.mdb"), "x".repeat(8_192));
  const { problem, advice } = await refusalOf(path);
  expect(problem).toContain("its lock is damaged");
  expect(advice).toContain("Delete in-use.mdb and in-use.mdb-lock");
  for (const name of ["in-use.mdb", "in-use.mdb-lock"]) rmSync(join(path, name));
  await openBroker({ path });
});

it("can be opened again after it has failed, but only once otherwise", async () => {
  const path = join(tempFolder(), "folder");
  writeFileSync(path, "");
  const broker = new LmdbBroker({ path: join(path, "store") });
  await expect(broker.open(host)).rejects.toMatchObject({ code: "ERR_STORE_INVALID" });
  await expect(broker.publish({ topic: "news", data: "a" })).rejects.toMatchObject({
    code: "ERR_APP_STATE",
  });
  await expect(broker.open(host)).rejects.toMatchObject({ code: "ERR_STORE_INVALID" });
  await broker.close();
  const other = await openBroker();
  await expect(other.open(host)).rejects.toMatchObject({ code: "ERR_APP_STATE" });
  await other.publish({ topic: "news", data: "a" }, { history: keep() });
});

it("closes while it is being opened, and leaves nothing behind", async () => {
  const path = tempFolder();
  const clock = new ManualClock();
  const broker = new LmdbBroker({ path, clock });
  const opening = broker.open(host);
  const publishing = broker.publish({ topic: "news", data: "a" }, { history: keep() });
  await expect(publishing).rejects.toMatchObject({ code: "ERR_APP_STATE" });
  await broker.close();
  await opening;
  expect(clock.pendingTimers).toBe(0);
  await expect(broker.publish({ topic: "news", data: "a" })).rejects.toMatchObject({
    code: "ERR_APP_STATE",
  });
  await openBroker({ path });
});

it("writes and delivers what was published before close", async () => {
  const path = tempFolder();
  const clock = new ManualClock();
  const broker = await openBroker({ path, clock });
  const heard: string[] = [];
  await broker.subscribe("news", ({ data }) => heard.push(String(data)));
  const publishing = ["a", "b", "c"].map((data) =>
    broker.publish({ topic: "news", data }, { history: keep() }),
  );
  await Promise.all([broker.close(), broker.close(), ...publishing]);
  expect(heard).toEqual(["a", "b", "c"]);
  expect(clock.pendingTimers).toBe(0);
  const again = await openBroker({ path });
  expect(textsOf((await again.history("news")).publications)).toEqual(["a", "b", "c"]);
});

it("says what it has opened", async () => {
  const log = new RecordingLogger();
  const path = tempFolder();
  await openBroker({ path }, log);
  expect(log.lines).toEqual([
    {
      level: "info",
      message: "the store of the broker is open",
      fields: { path, records: 0, usedBytes: 4_096, freeBytes: 0 },
    },
  ]);
});

it("checks its options", () => {
  const wrong = [
    { path: "" },
    { path: "a\0b" },
    { path: "store", maxBytes: 1 },
    { path: "store", maxBytes: Number.NaN },
    { path: "store", maxWaitingBytes: 1.5 },
    { path: "store", maxIdempotencyKeys: 0 },
    { path: "store", sweepIntervalMs: 1 },
  ];
  for (const options of wrong) {
    expect(() => new LmdbBroker(options)).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
  }
});

it("does not look at every page when it is told not to", async () => {
  const path = tempFolder();
  const broker = await openBroker({ path });
  await broker.publish({ topic: "news", data: "x".repeat(20_000) }, { history: keep() });
  await broker.close();
  const file = join(path, "store.mdb");
  const whole = readFileSync(file);
  const pages = Array.from({ length: whole.length / 4_096 }, (_, page) => page * 4_096);
  const large = pages.find((at) => whole[at + 18] === 4) ?? expect.fail("no page of large data");
  const bytes = Buffer.from(whole);
  // The number that the page says it has.
  bytes[large + 5] = 1;
  writeFileSync(file, bytes);
  expect((await refusalOf(path)).problem).toContain("it is damaged");
  const quick = new LmdbBroker({ path, isCheckedOnOpen: false });
  await quick.open(host);
  await quick.close();
  // A file that is too short would end the process, so its length is always looked at.
  writeFileSync(file, whole.subarray(0, large + 4_096));
  const short = new LmdbBroker({ path, isCheckedOnOpen: false });
  await expect(short.open(host)).rejects.toMatchObject({ code: "ERR_STORE_INVALID" });
});
