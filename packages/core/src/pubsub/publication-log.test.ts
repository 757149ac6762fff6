import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PublicationLog } from "./publication-log.ts";

const numRuns = process.env["WINDLASS_TEST_LONG"] === undefined ? 300 : 5_000;

/** As simple as possible: everything that was published, and what is left of it. */
class Model {
  #kept: { offset: number; publishedAtMs: number }[] = [];
  #ttlMs = 0;
  offset = 0;

  append(size: number, ttlMs: number, nowMs: number): void {
    this.trim(nowMs);
    this.offset += 1;
    this.#ttlMs = ttlMs;
    this.#kept.push({ offset: this.offset, publishedAtMs: nowMs });
    this.trim(nowMs);
    this.#kept = this.#kept.slice(-size);
  }

  trim(nowMs: number): void {
    this.#kept = this.#kept.filter((one) => one.publishedAtMs + this.#ttlMs > nowMs);
  }

  offsets(since = 0): number[] {
    return this.#kept.map(({ offset }) => offset).filter((offset) => offset > since);
  }
}

const publish = fc.record({
  kind: fc.constant("publish" as const),
  size: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 60 })),
  ttlMs: fc.constantFrom(1, 30, 30, 30, 1_000),
});
const wait = fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(20) });
const read = fc.record({
  kind: fc.constant("read" as const),
  back: fc.integer({ min: -2, max: 70 }),
  limit: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  isReversed: fc.boolean(),
});

describe("PublicationLog", () => {
  it("has what a simple model has, whatever is published, read and waited for", {
    timeout: 120_000,
  }, () => {
    const weighted = fc.oneof({ weight: 5, arbitrary: publish }, wait, {
      weight: 2,
      arbitrary: read,
    });
    fc.assert(
      fc.property(fc.array(weighted, { maxLength: 200, size: "max" }), (commands) => {
        const log = new PublicationLog();
        const model = new Model();
        let nowMs = 0.5;
        for (const command of commands) {
          if (command.kind === "wait") nowMs += command.ms;
          else if (command.kind === "publish") {
            const { size, ttlMs } = command;
            model.append(size, ttlMs, nowMs);
            const policy = { size, ttlMs, positionTtlMs: 1_000_000 };
            const data = String(model.offset);
            const kept = log.append({ topic: "t", data }, policy, nowMs);
            expect(kept).toEqual({ topic: "t", data, position: log.position });
          } else check(log, model, command, nowMs);
        }
        check(log, model, { back: 70, limit: undefined, isReversed: false }, nowMs);
      }),
      { numRuns },
    );
  });

  it("is forgotten by the time of the last publication", () => {
    const log = new PublicationLog();
    const policy = { size: 10, ttlMs: 100, positionTtlMs: 500 };
    log.append({ topic: "t", data: "1" }, policy, 0);
    expect([log.dueAtMs, log.isForgotten(499), log.isForgotten(500)]).toEqual([100, false, true]);
    log.append({ topic: "t", data: "2" }, policy, 50);
    expect([log.dueAtMs, log.isForgotten(549), log.isForgotten(550)]).toEqual([100, false, true]);
    log.trim(100);
    expect(log.dueAtMs).toBe(150);
    log.trim(150);
    expect([log.dueAtMs, log.length]).toEqual([550, 0]);
  });
});

interface Read {
  readonly back: number;
  readonly limit: number | undefined;
  readonly isReversed: boolean;
}

function check(
  log: PublicationLog,
  model: Model,
  { back, limit, isReversed }: Read,
  nowMs: number,
) {
  model.trim(nowMs);
  const { epoch } = log.position;
  const offsets = ({ publications }: ReturnType<PublicationLog["page"]>) =>
    publications.map(({ position }) => position?.offset);
  const limited = limit === undefined ? {} : { limit };
  const all = log.page({ ...limited, isReversed }, nowMs);
  const wanted = model.offsets();
  expect(offsets(all)).toEqual((isReversed ? wanted.reverse() : wanted).slice(0, limit));
  expect(all.position).toEqual({ epoch, offset: model.offset });
  const offset = Math.max(0, model.offset - back);
  const page = log.page({ since: { epoch, offset }, ...limited }, nowMs);
  const isAhead = offset > model.offset;
  const isTrimmed = !isAhead && offset < model.offset - model.offsets().length;
  expect(page.gap).toBe(isAhead ? "ahead" : isTrimmed ? "trimmed" : undefined);
  const rest = page.gap === undefined ? model.offsets(offset).slice(0, limit) : [];
  expect(offsets(page)).toEqual(rest);
}
