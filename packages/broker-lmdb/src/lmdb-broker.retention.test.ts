import { ManualClock, RecordingLogger } from "@windlass/core/testing";
import { afterEach, expect, it, vi } from "vitest";
import type { LmdbBroker } from "./index.ts";
import { keep, openBroker, textsOf } from "./open-broker.test-helper.ts";
import { tempFolder } from "./temp-folder.test-helper.ts";

/** Records of a topic that has one publication: these two, and its place in the index. */
const ownRecords = 3;

afterEach(() => {
  vi.useRealTimers();
});

/** What the clock has set off is written to a disk. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

async function publishMany(
  broker: LmdbBroker,
  count: number,
  history = keep(),
  topic = "news",
): Promise<void> {
  const data = Array.from({ length: count }, (_, index) => String(index + 1));
  await Promise.all(data.map((text) => broker.publish({ topic, data: text }, { history })));
}

it("removes what a smaller size does not keep bit by bit, and answers none of it from the start", async () => {
  const clock = new ManualClock();
  const broker = await openBroker({ clock });
  await publishMany(broker, 5_000, keep(5_000));
  expect(broker.recordCount).toBe(5_000 + 2);
  await broker.publish({ topic: "news", data: "last" }, { history: keep(2) });
  expect(textsOf((await broker.history("news")).publications)).toEqual(["5000", "last"]);
  expect(broker.recordCount).toBeGreaterThan(4_000);
  // Sweeps go on by themselves as long as there is more.
  clock.advance(1_000);
  await until(() => broker.recordCount === ownRecords + 1);
  expect(textsOf((await broker.history("news")).publications)).toEqual(["5000", "last"]);
});

it("removes the publications of a forgotten topic bit by bit", async () => {
  const clock = new ManualClock();
  const broker = await openBroker({ clock });
  await publishMany(broker, 2_500);
  await publishMany(broker, 1, keep(), "other");
  await broker.forget("news");
  expect((await broker.history("news")).publications).toEqual([]);
  clock.advance(1_000);
  await until(() => broker.recordCount === ownRecords);
  expect((await broker.history("other")).publications).toHaveLength(1);
});

it("removes expired publications, and then the topic", async () => {
  const clock = new ManualClock();
  const broker = await openBroker({ clock });
  const history = { size: 100, ttlMs: 5_000, positionTtlMs: 60_000 };
  await publishMany(broker, 10, history);
  clock.advance(3_000);
  await publishMany(broker, 10, history);
  expect(broker.recordCount).toBe(20 + 2);
  clock.advance(2_000);
  await until(() => broker.recordCount === 10 + 2);
  clock.advance(3_000);
  await until(() => broker.recordCount === 2);
  expect((await broker.history("news")).position?.offset).toBe(20);
  clock.advance(54_000);
  expect((await broker.history("news")).position?.offset).toBe(20);
  clock.advance(1_000);
  expect((await broker.history("news")).position).toBeUndefined();
  await until(() => broker.recordCount === 0);
});

it("counts time that has passed while it was closed", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
  const path = tempFolder();
  const history = { size: 100, ttlMs: 5_000, positionTtlMs: 60_000 };
  const first = await openBroker({ path, clock: new ManualClock(77) });
  await publishMany(first, 2, history);
  await first.close();
  vi.setSystemTime(1_004_999);
  const second = await openBroker({ path, clock: new ManualClock(5) });
  expect((await second.history("news")).publications).toHaveLength(2);
  await second.close();
  vi.setSystemTime(1_005_000);
  const third = await openBroker({ path, clock: new ManualClock(9_999) });
  const { publications, position } = await third.history("news");
  expect([publications.length, position?.offset]).toEqual([0, 2]);
});

it("does not go back in time when the clock of the machine was", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000_000 });
  const path = tempFolder();
  const history = { size: 100, ttlMs: 5_000, positionTtlMs: 60_000 };
  const first = await openBroker({ path });
  await publishMany(first, 1, history);
  await first.close();
  // As after a start without a clock that runs on batteries.
  vi.setSystemTime(0);
  const clock = new ManualClock();
  const second = await openBroker({ path, clock });
  await publishMany(second, 1, history);
  clock.advance(5_000);
  expect((await second.history("news")).publications).toEqual([]);
});

it("lets go of idempotency keys when their window is over", async () => {
  const clock = new ManualClock();
  const broker = await openBroker({ clock });
  const publish = (key: string, windowMs: number) =>
    broker.publish(
      { topic: "news", data: key },
      { history: keep(1), idempotency: { key, windowMs } },
    );
  await publish("short", 2_000);
  await publish("long", 20_000);
  clock.advance(1_999);
  expect((await publish("short", 2_000)).isDuplicate).toBe(true);
  clock.advance(1);
  const again = await publish("short", 50_000);
  expect([again.isDuplicate, again.position?.offset]).toEqual([false, 3]);
  clock.advance(18_000);
  await until(() => broker.recordCount === ownRecords + 2);
  expect((await publish("short", 1)).isDuplicate).toBe(true);
  expect((await publish("long", 1)).isDuplicate).toBe(false);
});

it("remembers a limited number of idempotency keys, and says when that is too few", async () => {
  const clock = new ManualClock();
  const log = new RecordingLogger();
  const broker = await openBroker({ clock, maxIdempotencyKeys: 100 }, log);
  const publish = (key: number) =>
    broker.publish(
      { topic: "news", data: "a" },
      { history: keep(1), idempotency: { key: String(key), windowMs: 60_000 + key } },
    );
  for (let round = 0; round < 30; round += 1) {
    await Promise.all(Array.from({ length: 10 }, (_, index) => publish(round * 10 + index)));
  }
  await until(() => broker.recordCount <= ownRecords + 200);
  // The newest are remembered, those whose window ends first are not.
  expect((await publish(299)).isDuplicate).toBe(true);
  expect((await publish(0)).isDuplicate).toBe(false);
  const warnings = log.lines.filter(({ level }) => level === "warn");
  expect(warnings).toHaveLength(1);
  expect(warnings[0]?.message).toContain("too many idempotency keys");
});

it("reads a long history in parts, also while it is being trimmed", async () => {
  const broker = await openBroker();
  await publishMany(broker, 3_000, keep(3_000));
  const whole = await broker.history("news");
  expect(whole.publications.map(({ position }) => position?.offset)).toEqual(
    Array.from({ length: 3_000 }, (_, index) => index + 1),
  );
  const epoch = whole.position?.epoch ?? "";
  const forward = broker.history("news");
  const backward = broker.history("news", { isReversed: true });
  const since = broker.history("news", { since: { epoch, offset: 0 } });
  const publishing = publishMany(broker, 2_000, keep(500));
  const offsetsOf = async (reading: ReturnType<LmdbBroker["history"]>) =>
    (await reading).publications.map(({ position }) => position?.offset ?? 0);
  for (const offsets of [await offsetsOf(forward), (await offsetsOf(backward)).reverse()]) {
    const [first = 3_001] = offsets;
    expect(offsets).toEqual(Array.from({ length: 3_001 - first }, (_, index) => first + index));
  }
  const page = await since;
  if (page.gap === undefined) expect(page.publications).toHaveLength(3_000);
  else expect([page.gap, page.publications.length]).toEqual(["trimmed", 0]);
  await publishing;
});
