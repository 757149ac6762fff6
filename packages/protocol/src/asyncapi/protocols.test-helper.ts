import { z } from "zod";
import {
  base64Bytes,
  bigintString,
  defineProtocol,
  encoded,
  isoDateTime,
  type Protocol,
  request,
} from "../index.ts";
import type { ProtocolInfo } from "./protocol-info.ts";

export const info: ProtocolInfo = {
  title: "Chat",
  version: "1.4.0",
  description: "Talk to each other.",
  url: "wss://example.com/chat",
};

export const small = defineProtocol({
  client: { say: z.object({ text: z.string().max(500) }) },
  server: { said: z.object({ from: z.string(), text: z.string() }) },
});

/** A list of replies in each reply, with and without a name of its own. */
const anonymous = z.object({
  text: z.string(),
  get replies() {
    return z.array(anonymous);
  },
});
const comment = z
  .object({
    text: z.string(),
    get replies() {
      return z.array(comment).optional();
    },
  })
  .meta({ id: "Comment", title: "A comment", description: "What somebody wrote." });

export const recursive = defineProtocol({
  client: {
    post: comment,
    postAnonymously: anonymous,
    postMany: z.record(z.string(), comment),
    json: z.json(),
  },
  server: { posted: comment.optional().describe("What was posted, if it is still there.") },
});

export const withTopics = defineProtocol({
  topics: {
    "room/:name": {
      events: { joined: z.object({ nick: z.string() }), left: z.object({ nick: z.string() }) },
      history: { size: 50, ttlMs: 60_000 },
      presence: z.object({ nick: z.string(), comment: comment.optional() }),
    },
    "org.v1/:org/room/:name": { events: { joined: z.string() } },
    news: { events: { published: z.string() } },
  },
});

export const bothWays = defineProtocol({
  client: { history: request(z.object({ limit: z.int().min(1).max(100) }), z.array(z.string())) },
  server: { confirm: request(z.object({ question: z.string() }), z.boolean()) },
});

const shape = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("circle"), radius: z.number().positive() }),
  z.object({ kind: z.literal("square"), side: z.int().multipleOf(2) }),
]);

export const everything = defineProtocol({
  client: {
    texts: z.object({
      short: z.string().min(1).max(20),
      coded: z.string().regex(/^[A-Z]{3}$/),
      anyCase: z.string().regex(/^[a-z]+$/i),
      mail: z.email(),
      link: z.url(),
      id: z.uuid(),
      on: z.iso.date(),
      route: z.templateLiteral(["/rooms/", z.number()]),
    }),
    numbers: z.object({
      any: z.number(),
      whole: z.int(),
      small: z.int32().min(3),
      open: z.number().gt(0).lt(1),
    }),
    shapes: z.array(shape).max(10),
    maybe: z.union([z.string().min(2), z.int(), z.null()]),
    lists: z.object({
      pair: z.tuple([z.string(), z.int()]),
      many: z.tuple([z.string()]).rest(z.boolean()),
      scores: z.record(z.string().min(2), z.number()),
      named: z.record(z.enum(["a", "b"]), z.boolean()),
    }),
    objects: z.object({
      strict: z.strictObject({ a: z.string() }),
      loose: z.looseObject({ a: z.string() }),
      both: z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() })),
      "odd key": z.string().optional(),
      $ref: z.string().optional(),
    }),
    mended: z.object({
      when: z.coerce.date(),
      big: z.coerce.bigint().catch(0n),
      color: z.enum(["red", "green"]).default("red"),
      trimmed: z.string().transform((text) => text.trim()),
      prepared: z.preprocess((value) => value, z.string()),
    }),
    codecs: encoded(z.object({ at: isoDateTime, count: bigintString, bytes: base64Bytes })),
    anything: z.unknown(),
    custom: z.custom<`a${string}`>((value) => typeof value === "string"),
    "with:colon": z.literal(["yes", 1, null]),
    "with-colon": z.boolean().default(true),
    constructor: z.string().nullable(),
    "history.response": z.string(),
    history: request(z.null(), z.array(shape)),
  },
  server: { ask: request(z.string(), z.boolean().optional()), told: z.string().readonly() },
  topics: withTopics.topics,
});

export const empty = defineProtocol({});

export const protocols: Readonly<Record<string, Protocol>> = {
  small,
  recursive,
  withTopics,
  bothWays,
  everything,
  empty,
};
