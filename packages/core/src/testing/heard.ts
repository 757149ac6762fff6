import assert from "node:assert/strict";
import type { PublicationListener } from "../contract/broker.ts";
import type { HistoryPolicy, Position, Publication } from "../contract/publication.ts";
import { Inbox } from "./inbox.ts";

/** Collects what a listener is called with; brokers may deliver later, so it can be waited for. */
export class Heard {
  readonly #inbox = new Inbox<Publication>();

  readonly listen: PublicationListener = (publication) => this.#inbox.push(publication);

  get all(): readonly Publication[] {
    return this.#inbox.all;
  }

  get data(): (string | Uint8Array)[] {
    return this.all.map(({ data }) => data);
  }

  /** The offsets of those that have one. */
  get offsets(): number[] {
    return this.all.flatMap(({ position }) => (position === undefined ? [] : [position.offset]));
  }

  next(): Promise<Publication> {
    return this.#inbox.next();
  }

  /** All data heard when this text has come, which by the order of a topic comes last. */
  async until(text: string): Promise<(string | Uint8Array)[]> {
    await this.#inbox.next(({ data }) => data === text);
    return this.data;
  }

  /** All offsets heard when this one has come. */
  async untilOffset(offset: number): Promise<number[]> {
    if (!this.offsets.includes(offset)) {
      await this.#inbox.next(({ position }) => position?.offset === offset);
    }
    return this.offsets;
  }
}

/** A history that nothing expires from during a test. */
export function keep(size = 1_000): HistoryPolicy {
  return { size, ttlMs: 3_600_000, positionTtlMs: 7_200_000 };
}

/** Whole numbers, both included. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

/** The position of a receipt or a publication, which must have one. */
export function positionOf({ position }: { readonly position?: Position | undefined }): Position {
  assert.ok(position, "there is no position");
  return position;
}

/** Equal as far as the contract goes: a Buffer is fine as bytes, and absent is as good as undefined. */
export function assertSame(seen: Publication | undefined, wanted: Publication): void {
  assert.ok(seen, "there is no publication");
  assert.equal(seen.topic, wanted.topic);
  const { data } = seen;
  assert.deepEqual(typeof data === "string" ? data : Uint8Array.from(data), wanted.data);
  assert.deepEqual(seen.attributes, wanted.attributes);
  if (wanted.position === undefined) assert.equal(seen.position, undefined);
  else assert.deepEqual({ ...seen.position }, { ...wanted.position });
}

/** Data that encodings get wrong. */
export const oddData: readonly (string | Uint8Array)[] = [
  "",
  "grüße 🛞",
  "a\u0000b\r\n",
  '{"type":"x"}',
  new Uint8Array(),
  Uint8Array.of(0, 255, 10, 13, 128),
  "€".repeat(70_000),
  Uint8Array.from({ length: 200 * 1024 }, (_, index) => (index * 7) % 256),
];

/** Topics that key schemes get wrong. All are valid, and no two may be mixed up. */
export const oddTopics: readonly string[] = [
  "a",
  "A",
  " a",
  "a:b",
  "a:b:c",
  "a/b",
  "{a}",
  "{a}:b",
  "}{",
  "a*?[b]",
  "a\u0000",
  "a\u0000b",
  "a\nb",
  "%61",
  "__proto__",
  "räume 🛞",
  "€".repeat(255),
  `${"€".repeat(254)}a`,
  "$x",
];
