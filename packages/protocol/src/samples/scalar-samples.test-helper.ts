import fc from "fast-check";
import { z } from "zod";
import { anyText } from "../any-text.test-helper.ts";
import { sample } from "./sample.test-helper.ts";
import { anyInteger, anyJson, anyNumber } from "./values.test-helper.ts";

const word = fc.stringMatching(/^[a-z]{1,5}$/);

/** Values without parts, and what holds anything. */
export const scalarSamples = {
  formats: sample(
    z.object({
      mail: z.email(),
      link: z.url(),
      id: z.uuid(),
      guid: z.guid(),
      at: z.iso.datetime({ offset: true }),
      day: z.iso.date(),
      time: z.iso.time(),
      duration: z.iso.duration(),
      ip: z.union([z.ipv4(), z.ipv6()]),
      range: z.cidrv4(),
      base64: z.base64(),
      base64url: z.base64url(),
      phone: z.e164(),
      emoji: z.emoji(),
      hex: z.hex(),
      host: z.hostname(),
      ulid: z.ulid(),
      nano: z.nanoid(),
    }),
    fc.record({
      mail: word.map((name) => `${name}@example.org`),
      link: fc.webUrl(),
      id: fc.uuid(),
      guid: fc.uuid(),
      at: fc.constantFrom("2026-11-27T10:00:00Z", "2026-11-27T10:00:00.123+01:00"),
      day: fc.constantFrom("2024-02-29", "0001-01-01"),
      time: fc.constantFrom("10:00:00", "23:59:59.999"),
      duration: fc.constantFrom("P1D", "PT1H30M"),
      ip: fc.oneof(fc.ipV4(), fc.constantFrom("::1", "fe80::1")),
      range: fc.ipV4().map((ip) => `${ip}/8`),
      base64: fc.base64String(),
      base64url: fc.constantFrom("", "_-8", "YWJj"),
      phone: fc.constant("+491701234567"),
      emoji: fc.constantFrom("😀", "👨‍👩‍👧"),
      hex: fc.stringMatching(/^[0-9a-f]*$/),
      host: fc.domain(),
      ulid: fc.ulid(),
      nano: fc.stringMatching(/^[\w-]{21}$/),
    }),
  ),
  strings: sample(
    z.object({
      any: z.string(),
      trimmed: z.string().trim(),
      lower: z.string().toLowerCase(),
      normal: z.string().normalize(),
      short: z.string().min(1).max(5),
      letters: z.string().regex(/^[a-z]+$/),
      parts: z.string().startsWith("a").includes("-").endsWith("z"),
    }),
    fc.record({
      any: anyText,
      trimmed: anyText.map((text) => `  ${text}\n`),
      lower: anyText,
      normal: anyText,
      short: word,
      letters: word,
      parts: anyText.map((text) => `a${text}-z`),
    }),
  ),
  numbers: sample(
    z.object({
      any: z.number(),
      int: z.int(),
      int32: z.int32(),
      uint32: z.uint32(),
      float32: z.float32(),
      float64: z.float64(),
      positive: z.number().positive(),
      fives: z.int().multipleOf(5),
      ratio: z.number().min(-1).max(1),
    }),
    fc.record({
      any: anyNumber,
      int: anyInteger,
      int32: fc.integer(),
      uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      float32: fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
      float64: anyNumber,
      positive: fc.integer({ min: 1 }),
      fives: fc.integer({ min: -1000, max: 1000 }).map((value) => value * 5 + 0),
      ratio: fc.constantFrom(-1, -0.1, 0, 1e-300, 1),
    }),
  ),
  booleans: sample(z.boolean(), fc.boolean()),
  nulls: sample(z.null(), fc.constant(null)),
  literals: sample(
    z.literal(["a", 1, -2.5, true, null]),
    fc.constantFrom("a" as const, 1 as const, -2.5 as const, true as const, null),
  ),
  enums: sample(
    z.tuple([z.enum(["red", "green"]), z.enum({ Up: 1, Down: 2 }), z.enum({ On: "on" })]),
    fc.tuple(
      fc.constantFrom("red" as const, "green" as const),
      fc.constantFrom(1 as const, 2 as const),
      fc.constant("on" as const),
    ),
  ),
  templates: sample(
    z.templateLiteral(["v", z.int(), "-", z.enum(["a", "b"])]),
    fc.integer().map((value) => `v${value}-a` as const),
  ),
  json: sample(z.json(), anyJson),
  unknowns: sample(
    z.object({ any: z.any(), unknown: z.unknown() }),
    fc.record({ any: anyJson, unknown: anyJson }),
  ),
  customs: sample(
    z.custom<`${number}px`>((value) => typeof value === "string" && /^\d+px$/.test(value)),
    fc.nat().map((value) => `${value}px` as const),
  ),
};
