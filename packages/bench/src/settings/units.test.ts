import { describe, expect, it } from "vitest";
import { formatDuration, formatSize, parseDuration, parseSize } from "./units.ts";

describe("parseDuration", () => {
  it.each([
    ["10s", 10_000],
    ["500ms", 500],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["1.5s", 1_500],
    [" 3S ", 3_000],
    ["10", 10_000],
    [0.25, 250],
    [0, 0],
  ])("reads %o as %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(["", "s", "10 s", "-1s", "1d", "1e3", "ten", "1s2", Number.NaN, -1])(
    "does not understand %o",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe("parseSize", () => {
  it.each([
    ["20", 20],
    [20, 20],
    ["16k", 16_384],
    ["16 KiB", 16_384],
    ["1MB", 1_048_576],
    ["1.5k", 1_536],
    ["2g", 2_147_483_648],
    ["7b", 7],
  ])("reads %o as %d bytes", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(["", "k", "1.5", "1.0001k", "-1", "16 x", "1e3", Number.POSITIVE_INFINITY])(
    "does not understand %o",
    (text) => {
      expect(parseSize(text)).toBeUndefined();
    },
  );
});

it.each([0, 1, 500, 1_500, 10_000, 60_000, 90_000, 3_600_000, 604_800_000])(
  "formatDuration writes %d ms so that parseDuration reads it",
  (ms) => {
    expect(parseDuration(formatDuration(ms))).toBe(ms);
  },
);

it.each([1, 20, 1_000, 1_024, 16_384, 1_048_576, 16_777_216])(
  "formatSize writes %d bytes so that parseSize reads it",
  (bytes) => {
    expect(parseSize(formatSize(bytes))).toBe(bytes);
  },
);
