import fc from "fast-check";
import { expect, it } from "vitest";
import { publicationKey } from "../store/keys.ts";
import { keptAt } from "./kept-publications.ts";
import { encodePublication, stampPublication } from "./publication-record.ts";
import type { TopicRecord } from "./topic-record.ts";

const base: TopicRecord = {
  id: 7,
  epoch: "epoch",
  last: 0,
  first: 1,
  stored: 1,
  oldestAtMs: 0,
  ttlMs: 0,
  forgetAtMs: 0,
  dueAtMs: 0,
};

/** Publications at these times, the first of them with the offset `first`. */
function recordsOf(times: readonly number[], first: number) {
  const records = new Map<string, Buffer>();
  for (const [index, atMs] of times.entries()) {
    const key = publicationKey(base.id, first + index);
    const encoded = encodePublication({ topic: "news", data: "a" });
    records.set(key.toString("hex"), stampPublication(key, encoded, atMs));
  }
  let reads = 0;
  return {
    get(key: Buffer) {
      reads += 1;
      return records.get(key.toString("hex"));
    },
    reads: () => reads,
  };
}

it("finds the oldest publication that has not expired", () => {
  const times = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 });
  fc.assert(
    fc.property(
      times,
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 0, max: 400 }),
      (gaps, first, ttlMs, nowMs) => {
        let atMs = 0;
        const at = gaps.map((gap) => {
          atMs += gap;
          return atMs;
        });
        const records = recordsOf(at, first);
        const topic = { ...base, first, last: first + at.length - 1, ttlMs };
        const kept = keptAt(records, topic, nowMs);
        const alive = at.findIndex((time) => time + ttlMs > nowMs);
        expect(kept.first).toBe(first + (alive < 0 ? at.length : alive));
        if (alive >= 0) expect(kept.oldestAtMs).toBeLessThanOrEqual(at[alive] ?? 0);
      },
    ),
  );
});

it("reads nothing when the topic says that nothing has expired", () => {
  const records = recordsOf([10, 20], 1);
  const topic = { ...base, last: 2, oldestAtMs: 10, ttlMs: 100 };
  expect(keptAt(records, topic, 109)).toEqual({ first: 1, oldestAtMs: 10 });
  expect(records.reads()).toBe(0);
});

it("reads a few records of many, however many have expired", () => {
  const times = Array.from({ length: 4_000 }, (_, index) => index);
  for (const expired of [1, 10, 3_999, 4_000]) {
    const records = recordsOf(times, 1);
    const topic = { ...base, last: times.length, ttlMs: 1 };
    expect(keptAt(records, topic, expired).first).toBe(expired + 1);
    expect(records.reads()).toBeLessThan(30);
  }
});
