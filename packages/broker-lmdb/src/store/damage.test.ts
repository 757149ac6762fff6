import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WindlassError } from "@windlass/core";
import { RecordingLogger } from "@windlass/core/testing";
import { describe, expect, it } from "vitest";
import { LmdbBroker } from "../index.ts";
import { keep, openBroker, openNow } from "../open-broker.test-helper.ts";
import { tempFolder } from "../temp-folder.test-helper.ts";

const pageBytes = 4_096;
const { WINDLASS_TEST_LONG, WINDLASS_FUZZ_SEED } = process.env;
const isLong = WINDLASS_TEST_LONG !== undefined;
const seed = Number(WINDLASS_FUZZ_SEED ?? (isLong ? 1 + (Date.now() % 1e6) : 4_711));
const host = { nodeId: "node", log: new RecordingLogger(), onGap: () => {} };

/** What was published to a topic, by offset. */
type Published = ReadonlyMap<string, readonly string[]>;

/** A closed store of many pages of every kind, and what is in it. */
async function makeStore(): Promise<{ path: string; file: string; published: Published }> {
  const path = tempFolder();
  const broker = await openBroker({ path });
  const published = new Map<string, string[]>();
  for (let round = 0; round < 12; round += 1) {
    for (let topic = 0; topic < 12; topic += 1) {
      const data = `${topic} ${round} `.repeat(round === 5 ? 2_000 : 20 + topic);
      const idempotency = { key: `${topic} ${round}`, windowMs: 3_600_000 };
      await broker.publish({ topic: `topic ${topic}`, data }, { history: keep(10), idempotency });
      published.set(`topic ${topic}`, [...(published.get(`topic ${topic}`) ?? []), data]);
    }
  }
  await broker.close();
  return { path, file: join(path, "store.mdb"), published };
}

/** Opens a store, which must fail and leave the file alone. */
async function refusalOf(path: string): Promise<WindlassError<"ERR_STORE_INVALID">> {
  const file = join(path, "store.mdb");
  const before = readFileSync(file);
  const broker = new LmdbBroker({ path });
  const error = await broker.open(host).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  await broker.close();
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(error).toBeInstanceOf(WindlassError);
  const refusal = error as WindlassError<"ERR_STORE_INVALID">;
  expect(refusal.code).toBe("ERR_STORE_INVALID");
  expect(refusal.details.path).toBe(path);
  return refusal;
}

/** Whether everything that is answered is what was published, and nothing else. */
async function checkAnswers(broker: LmdbBroker, published: Published): Promise<void> {
  for (const [topic, texts] of published) {
    const page = await broker.history(topic).catch((error: unknown) => error);
    if (page instanceof WindlassError) {
      expect(page.code).toBe("ERR_BROKER_UNAVAILABLE");
      continue;
    }
    const { publications } = page as Awaited<ReturnType<LmdbBroker["history"]>>;
    for (const { data, position } of publications) {
      expect(data === texts[(position?.offset ?? 0) - 1]).toBe(true);
    }
  }
}

/** Either the store is refused, or it answers nothing wrong. Returns whether it was refused. */
async function isRefused(path: string, published: Published): Promise<boolean> {
  const file = join(path, "store.mdb");
  const before = readFileSync(file);
  const broker = new LmdbBroker({ path });
  try {
    await broker.open(host);
  } catch (error) {
    expect(error).toMatchObject({ code: "ERR_STORE_INVALID" });
    expect(readFileSync(file).equals(before)).toBe(true);
    return true;
  }
  await checkAnswers(broker, published);
  for (const topic of published.keys()) {
    const publishing = broker.publish({ topic, data: "new".repeat(3_000) }, { history: keep() });
    // It may find a record that has changed; what it must not do is end the process.
    await publishing.catch((error: unknown) => {
      expect(error).toMatchObject({ code: "ERR_BROKER_UNAVAILABLE" });
    });
  }
  await broker.close();
  return false;
}

describe("a damaged store", () => {
  it("is refused when it was cut off, wherever", async () => {
    const { path, file } = await makeStore();
    const whole = readFileSync(file);
    const pages = whole.length / pageBytes;
    for (const bytes of [0, 1, 100, 4_095, 4_096, 8_191, 8_192, 12_288]) {
      writeFileSync(file, whole.subarray(0, bytes));
      const { details } = await refusalOf(path);
      expect(details.problem).toContain("it is damaged");
    }
    for (const part of [2, 3, 4]) {
      writeFileSync(file, whole);
      truncateSync(file, Math.floor(pages / part) * pageBytes + 17);
      await refusalOf(path);
    }
    // The file as it was is still a store.
    writeFileSync(file, whole);
    await openBroker({ path });
  });

  it("is refused when its beginning was overwritten", async () => {
    const { path, file } = await makeStore();
    const whole = readFileSync(file);
    for (const fill of [0x00, 0xff, 0x5a]) {
      for (const [from, to] of [
        [0, 2 * pageBytes],
        [0, pageBytes],
        [pageBytes, 2 * pageBytes],
      ] as const) {
        writeFileSync(file, Buffer.from(whole).fill(fill, from, to));
        const { details } = await refusalOf(path);
        expect(details.problem).toMatch(/no LMDB header|it is damaged/);
      }
    }
  });

  it("is refused when it holds something else", async () => {
    const path = tempFolder();
    const file = join(path, "store.mdb");
    let state = seed;
    const random = Buffer.from({ length: 50 * pageBytes }).map(() => {
      state = (state * 48_271) % 2_147_483_647;
      return state % 256;
    });
    for (const bytes of [random, Buffer.from("SQLite format 3\0".repeat(1_000)), Buffer.alloc(1)]) {
      writeFileSync(file, bytes);
      await refusalOf(path);
    }
  });

  it("answers nothing wrong, and never ends the process, whichever page was overwritten", async () => {
    const { path, file, published } = await makeStore();
    const whole = readFileSync(file);
    let refused = 0;
    const pages = whole.length / pageBytes;
    const fills = isLong ? [0x00, 0xff, 0x5a] : [0x5a];
    for (const fill of fills) {
      for (let page = 0; page < pages; page += 1) {
        const [from, to] = [page * pageBytes, (page + 1) * pageBytes];
        writeFileSync(file, Buffer.from(whole).fill(fill, from, to));
        if (await isRefused(path, published)) refused += 1;
      }
    }
    // The others are free, or hold the rest of large data.
    expect(refused).toBeGreaterThan((fills.length * pages) / 4);
  }, 300_000);

  it(`answers nothing wrong, and never ends the process, whichever bit has changed (seed ${seed})`, async () => {
    const { path, file, published } = await makeStore();
    const whole = readFileSync(file);
    let state = seed;
    const next = (below: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    for (let round = 0; round < (isLong ? 2_000 : 150); round += 1) {
      const bytes = Buffer.from(whole);
      const at = next(2) === 0 ? next(whole.length) : next(whole.length / pageBytes) * pageBytes;
      const place = Math.min(whole.length - 1, at + next(40));
      bytes[place] = (bytes[place] ?? 0) ^ (1 << next(8));
      writeFileSync(file, bytes);
      await isRefused(path, published);
    }
  }, 300_000);

  it("refuses what was changed within large data when it is read", async () => {
    const path = tempFolder();
    const broker = await openBroker({ path });
    const data = "abcdefgh".repeat(5_000);
    await broker.publish({ topic: "news", data }, { history: keep() });
    await broker.publish({ topic: "other", data: "fine" }, { history: keep() });
    await broker.close();
    const file = join(path, "store.mdb");
    const bytes = readFileSync(file);
    bytes[bytes.indexOf("abcdefgh") + 20_000] = 0;
    writeFileSync(file, bytes);
    const reopened = new LmdbBroker({ path });
    await openNow(reopened);
    await expect(reopened.history("news")).rejects.toMatchObject({
      code: "ERR_BROKER_UNAVAILABLE",
      details: { call: "history()", problem: expect.stringContaining("checksum") },
    });
    expect((await reopened.history("other")).publications).toHaveLength(1);
    await reopened.forget("news");
    await reopened.publish({ topic: "news", data: "new" }, { history: keep() });
    expect((await reopened.history("news")).publications).toHaveLength(1);
  });
});
