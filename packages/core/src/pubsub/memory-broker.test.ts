import { describe, expect, it } from "vitest";
import type { PublicationListener } from "../contract/broker.ts";
import type { Logger } from "../contract/logger.ts";
import type { Publication, PublishReceipt } from "../contract/publication.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { RecordingLogger } from "../testing/recording-logger.ts";
import { MemoryBroker, type MemoryBrokerOptions } from "./memory-broker.ts";

function broker(options?: MemoryBrokerOptions) {
  return new MemoryBroker(options);
}

function open(memory: MemoryBroker, log: Logger): Promise<void> {
  return memory.open({ nodeId: "node", log, onGap: () => expect.fail("no gap is possible") });
}

/** A listener that keeps what it hears in `heard`. */
function listener(): ((publication: Publication) => void) & { heard: Publication["data"][] } {
  const heard: Publication["data"][] = [];
  return Object.assign(({ data }: Publication) => void heard.push(data), { heard });
}

const history = { size: 10, ttlMs: 60_000, positionTtlMs: 60_000 };

describe("MemoryBroker", () => {
  it("delivers to every listener of the topic, once, and to no other", async () => {
    const memory = broker();
    const [a, b, other] = [listener(), listener(), listener()];
    await memory.subscribe("t", a);
    await memory.subscribe("t", a);
    await memory.subscribe("t", b);
    await memory.subscribe("other", other);
    await memory.publish({ topic: "t", data: "1" });
    expect([a.heard, b.heard, other.heard]).toEqual([["1"], ["1"], []]);
  });

  it("resolves when nobody listens", async () => {
    await expect(broker().publish({ topic: "t", data: "1" })).resolves.toEqual({
      isDuplicate: false,
    });
  });

  it("keeps the order of publish calls", async () => {
    const memory = broker();
    const a = listener();
    await memory.subscribe("t", a);
    const texts = Array.from({ length: 100 }, (_, index) => String(index));
    await Promise.all(texts.map((data) => memory.publish({ topic: "t", data })));
    expect(a.heard).toEqual(texts);
  });

  it("gives all listeners the same order when one of them publishes", async () => {
    const memory = broker();
    const a = listener();
    const b = listener();
    await memory.subscribe("t", (publication) => {
      a(publication);
      if (publication.data === "1") void memory.publish({ topic: "t", data: "2" });
    });
    await memory.subscribe("t", b);
    await memory.publish({ topic: "t", data: "1" });
    await memory.publish({ topic: "t", data: "3" });
    expect(a.heard).toEqual(["1", "2", "3"]);
    expect(b.heard).toEqual(["1", "2", "3"]);
  });

  it.each([
    ["a Buffer", (bytes: number[]) => Buffer.from(bytes)],
    ["a Uint8Array", (bytes: number[]) => new Uint8Array(bytes)],
    ["a part of a larger buffer", (bytes: number[]) => new Uint8Array([0, ...bytes]).subarray(1)],
  ])("copies the bytes of %s before it resolves", async (_, make) => {
    const memory = broker();
    const a = listener();
    await memory.subscribe("t", a);
    const data = make([1, 2, 3]);
    await memory.publish({ topic: "t", data });
    data.fill(9);
    expect(a.heard).toEqual([new Uint8Array([1, 2, 3])]);
  });

  it("does not deliver to a listener that subscribes after the publish call", async () => {
    const memory = broker();
    const late = listener();
    await memory.subscribe("t", ({ data }) => {
      if (data !== "1") return;
      void memory.publish({ topic: "t", data: "2" });
      void memory.subscribe("t", late);
    });
    await memory.publish({ topic: "t", data: "1" });
    expect(late.heard).toEqual([]);
    await memory.publish({ topic: "t", data: "3" });
    expect(late.heard).toEqual(["3"]);
  });

  it("does not call a listener after it is unsubscribed, even during a delivery", async () => {
    const memory = broker();
    const b = listener();
    await memory.subscribe("t", () => void memory.unsubscribe("t", b));
    await memory.subscribe("t", b);
    await memory.publish({ topic: "t", data: "1" });
    await memory.publish({ topic: "t", data: "2" });
    expect(b.heard).toEqual([]);
  });

  it("logs what a listener throws, without the data, and goes on with the others", async () => {
    const log = new RecordingLogger();
    const memory = broker();
    await open(memory, log);
    const b = listener();
    const rejecting: unknown = () => Promise.reject(new Error("broken later"));
    await memory.subscribe("t", () => {
      throw new Error("broken");
    });
    await memory.subscribe("t", rejecting as PublicationListener);
    await memory.subscribe("t", b);
    await memory.publish({ topic: "t", data: "secret 1" });
    await memory.publish({ topic: "t", data: "secret 2" });
    for (let line = 0; line < 4; line += 1) await log.next("error");
    expect(b.heard).toEqual(["secret 1", "secret 2"]);
    const broken = { err: new Error("broken"), topic: "t" };
    const later = { err: new Error("broken later"), topic: "t" };
    expect(log.lines.map(({ fields }) => fields)).toEqual([broken, later, broken, later]);
    expect(JSON.stringify(log.lines)).not.toContain("secret");
  });

  it("goes on when the log fails as well, and when it was never opened", async () => {
    const failing = broker();
    const fail = () => {
      throw new Error("the log is full");
    };
    await open(failing, { debug: fail, info: fail, warn: fail, error: fail, child: fail });
    for (const memory of [failing, broker()]) {
      const b = listener();
      await memory.subscribe("t", () => {
        throw new Error("broken");
      });
      await memory.subscribe("t", b);
      await memory.publish({ topic: "t", data: "1" });
      await memory.publish({ topic: "t", data: "2" });
      expect(b.heard).toEqual(["1", "2"]);
    }
  });

  it("forgets topics without listeners", async () => {
    const memory = broker();
    const [a, b] = [listener(), listener()];
    await memory.subscribe("t", a);
    await memory.subscribe("t", b);
    await memory.unsubscribe("t", a);
    expect(memory.topicCount).toBe(1);
    await memory.unsubscribe("t", b);
    await memory.unsubscribe("t", b);
    await memory.unsubscribe("never", b);
    expect(memory.topicCount).toBe(0);
  });

  it("rejects after close and delivers nothing more", async () => {
    const memory = broker();
    const a = listener();
    await memory.subscribe("t", () => void memory.close());
    await memory.subscribe("t", a);
    await memory.publish({ topic: "t", data: "1" });
    const closed = expect.objectContaining({ code: "ERR_APP_STATE" });
    await expect(memory.publish({ topic: "t", data: "2" })).rejects.toEqual(closed);
    await expect(memory.subscribe("t", a)).rejects.toEqual(closed);
    await expect(memory.history("t")).rejects.toEqual(closed);
    await expect(memory.forget("t")).rejects.toEqual(closed);
    await expect(memory.unsubscribe("t", a)).resolves.toBeUndefined();
    await expect(memory.close()).resolves.toBeUndefined();
    expect(a.heard).toEqual([]);
  });

  it("gives listeners the same order when one publishes with the same key", async () => {
    const memory = broker();
    const a = listener();
    const policy = { idempotency: { key: "key", windowMs: 1_000 }, history };
    const inner: Promise<PublishReceipt>[] = [];
    await memory.subscribe(
      "t",
      () => void inner.push(memory.publish({ topic: "t", data: "2" }, policy)),
    );
    await memory.subscribe("t", a);
    const first = await memory.publish({ topic: "t", data: "1" }, policy);
    expect(await Promise.all(inner)).toEqual([{ ...first, isDuplicate: true }]);
    expect(a.heard).toEqual(["1"]);
  });

  it("makes epochs of 8 to 12 characters that may stand in URLs", async () => {
    const memory = broker();
    const epochs = new Set<string>();
    for (let index = 0; index < 1_000; index += 1) {
      const { position } = await memory.publish({ topic: String(index), data: "a" }, { history });
      epochs.add(position?.epoch ?? "");
    }
    expect(epochs.size).toBe(1_000);
    for (const epoch of epochs) expect(epoch).toMatch(/^[\w-]{8,12}$/);
  });

  it("remembers a limited number of idempotency keys, and warns once a minute", async () => {
    const clock = new ManualClock();
    const log = new RecordingLogger();
    const memory = broker({ clock, maxIdempotencyKeys: 3 });
    await open(memory, log);
    const isNew = async (key: string) => {
      const policy = { idempotency: { key, windowMs: 3_600_000 } };
      return !(await memory.publish({ topic: "t", data: "a" }, policy)).isDuplicate;
    };
    for (const key of ["1", "2", "3"]) expect(await isNew(key)).toBe(true);
    expect(log.lines).toEqual([]);
    for (const key of ["4", "5"]) expect(await isNew(key)).toBe(true);
    expect(memory.idempotencyKeyCount).toBe(3);
    for (const key of ["3", "4", "5"]) expect(await isNew(key)).toBe(false);
    expect(await isNew("1")).toBe(true);
    expect(log.lines.map(({ level, fields }) => [level, fields])).toEqual([
      ["warn", { maxIdempotencyKeys: 3 }],
    ]);
    clock.advance(60_000);
    await isNew("6");
    expect(log.lines.length).toBe(2);
  });

  it("lets keys go whose window is over, by a timer that ends", async () => {
    const clock = new ManualClock();
    const memory = broker({ clock });
    for (const [key, windowMs] of [
      ["1", 10],
      ["2", 5_000],
      ["3", 20],
    ] as const) {
      await memory.publish({ topic: "t", data: "a" }, { idempotency: { key, windowMs } });
    }
    expect([memory.idempotencyKeyCount, clock.pendingTimers]).toEqual([3, 1]);
    clock.advance(2_000);
    expect([memory.idempotencyKeyCount, clock.pendingTimers]).toEqual([1, 1]);
    clock.advance(5_000);
    expect([memory.idempotencyKeyCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("goes by the exact time, though its timer is late", async () => {
    const clock = new ManualClock();
    const memory = broker({ clock });
    const short = { ...history, ttlMs: 10, positionTtlMs: 10 };
    const publish = (ms: number) =>
      memory.publish(
        { topic: "t", data: "a" },
        { history: { ...short, positionTtlMs: ms }, idempotency: { key: "key", windowMs: ms } },
      );
    const first = await publish(10);
    clock.advance(9);
    expect(await publish(10)).toEqual({ ...first, isDuplicate: true });
    expect((await memory.history("t")).position).toEqual(first.position);
    clock.advance(1);
    expect((await memory.history("t")).position).toBeUndefined();
    const second = await publish(60_000);
    expect(second).toMatchObject({ isDuplicate: false, position: { offset: 1 } });
    // What the timer was started for is over already.
    clock.advance(5_000);
    expect(await publish(10)).toEqual({ ...second, isDuplicate: true });
    expect((await memory.history("t")).position).toEqual(second.position);
  });

  it("lets go of publications and topics without anybody looking", async () => {
    const clock = new ManualClock();
    const memory = broker({ clock });
    const policy = { history: { size: 10, ttlMs: 1_000, positionTtlMs: 10_000 } };
    const bytes = new Uint8Array(1_000);
    await memory.publish({ topic: "t", data: bytes }, policy);
    clock.advance(9_000);
    await memory.publish({ topic: "t", data: bytes }, policy);
    clock.advance(9_000);
    expect([memory.historyCount, clock.pendingTimers]).toEqual([1, 1]);
    clock.advance(2_000);
    expect([memory.historyCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("stops its timers when it is closed", async () => {
    const clock = new ManualClock();
    const memory = broker({ clock });
    const idempotency = { key: "key", windowMs: 1_000 };
    await memory.publish({ topic: "t", data: "a" }, { history, idempotency });
    expect(clock.pendingTimers).toBe(2);
    await memory.close();
    expect([clock.pendingTimers, memory.historyCount, memory.idempotencyKeyCount]).toEqual([
      0, 0, 0,
    ]);
  });
});
