import { describe, expect, it } from "vitest";
import { BenchError } from "../../contract/bench-error.ts";
import { envelope } from "../echo-share.test-helper.ts";
import { PayloadPool, type PayloadPoolOptions, poolSize } from "./payload-pool.ts";

function pool(options: Partial<PayloadPoolOptions> = {}): PayloadPool {
  const format = options.format ?? "text";
  const request = [envelope(format)];
  return new PayloadPool({ messageBytes: 20, format, minimum: 4, request, ...options });
}

function unmask(frame: Buffer, head: number): Buffer {
  const mask = frame.subarray(head, head + 4);
  return Buffer.from(frame.subarray(head + 4).map((byte, index) => byte ^ (mask[index & 3] ?? 0)));
}

describe("PayloadPool", () => {
  it("numbers payloads in base 36 and fills them differently", () => {
    const { payload } = { payload: (sequence: number) => pool().payload(sequence).toString() };
    expect(payload(0)).toMatch(/^000[0-9a-z]{17}$/);
    expect(payload(37)).toMatch(/^011[0-9a-z]{17}$/);
    expect(payload(0).slice(3)).not.toBe(payload(1).slice(3));
    expect(pool().payload(7)).toEqual(pool().payload(7));
  });

  it("names the publisher before the number", () => {
    expect(pool({ publisher: 40 }).payload(5).toString()).toMatch(/^14005/);
  });

  it("uses every byte for binary payloads", () => {
    const bytes = pool({ format: "binary", messageBytes: 4_000 }).payload(1);
    expect(new Set(bytes).size).toBe(256);
  });

  it("holds each payload in a masked frame of its own, over the end as well", () => {
    const made = pool();
    const run = made.frames(made.size - 2, 4);
    expect(run).toHaveLength(4 * made.frameBytes);
    const seen = [0, 1, 2, 3].map((index) => {
      const frame = run.subarray(index * made.frameBytes, (index + 1) * made.frameBytes);
      expect(frame.toString("hex", 0, 2)).toBe("8194");
      return unmask(frame, 2);
    });
    const wanted = [made.size - 2, made.size - 1, 0, 1].map((number) => made.payload(number));
    expect(seen).toEqual(wanted);
  });

  it("goes round for numbers beyond all integers of 32 bits", () => {
    const made = pool();
    expect(made.frames(2 ** 40 + 3, 1)).toEqual(made.frames(3, 1));
  });

  it("gives no longer run than it can", () => {
    expect(() => pool().frames(0, 5)).toThrow("at most 4");
  });

  it("sends along what the adapter wants around a payload", () => {
    const request = [
      { format: "text", before: "451-", after: "", holdsPayload: false },
      { format: "binary", before: "", after: "", holdsPayload: true },
    ] as const;
    const made = pool({ format: "binary", request });
    const group = made.frames(1, 1);
    expect(group).toHaveLength(4 + 6 + 20 + 6);
    expect(group[0]).toBe(0x81);
    expect(unmask(group.subarray(0, 10), 2).toString()).toBe("451-");
    expect(group[10]).toBe(0x82);
    expect(unmask(group.subarray(10), 2)).toEqual(made.payload(1));
  });
});

describe("poolSize", () => {
  const size = (messageBytes: number, minimum: number, more: Partial<PayloadPoolOptions> = {}) =>
    poolSize({ messageBytes, format: "text", minimum, ...more });

  it("is a power of two, four times what is in flight", () => {
    expect(size(20, 1)).toBe(256);
    expect(size(20, 100)).toBe(512);
    expect(size(20, 16_384)).toBe(32_768);
    expect(size(16_384, 16)).toBe(64);
  });

  it("keeps to its budget, but always has twice what is in flight", () => {
    expect(size(1024 * 1024, 3)).toBe(8);
    expect(size(1024 * 1024, 100)).toBe(256);
    expect(size(20, 16, { budgetBytes: 1 })).toBe(32);
  });

  it("keeps to the numbers that short messages can hold", () => {
    expect(size(1, 16)).toBe(32);
    expect(size(2, 1)).toBe(256);
    expect(size(3, 16, { publisher: 0 })).toBe(32);
  });

  it.each([
    [1, 17, {}, "17 in flight were asked for, 16 can be told apart"],
    [20, 16_385, {}, "16384 can be told apart"],
    [2, 1, { publisher: 0 }, "too short to number"],
  ])("says when %i bytes do not number %i in flight", (messageBytes, minimum, more, words) => {
    expect(() => size(messageBytes, minimum, more)).toThrow(BenchError);
    expect(() => size(messageBytes, minimum, more)).toThrow(words);
  });
});
