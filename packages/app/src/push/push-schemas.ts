import { isSendableCloseCode } from "@windlass/core";
import { z } from "zod";
import { depthOf } from "./json-depth.ts";

const name = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .refine((text) => text.isWellFormed(), "expected text without half characters (surrogates)");

/** Of an application: those that begin with "$" are the framework's own. */
const topicSchema = name(255)
  .refine((topic) => !topic.startsWith("$"), 'expected a topic that does not begin with "$"')
  .meta({ description: 'A topic; not one that begins with "$".' });

const userIdSchema = name(255).meta({ description: "The id of a user." });

const connectionIds = z.array(name(255)).max(1_000);

/** As deep as protocols take it by default. */
const maxDepth = 64;

/** More than one regular expression for a group of four, which would need a stack as long as the text. */
const isBase64 = (text: string): boolean =>
  text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

/** What is published or sent, and how. */
const messageShape = {
  data: z
    .unknown()
    .refine((data) => depthOf(data, maxDepth) <= maxDepth, `expected at most ${maxDepth} levels`)
    .optional()
    .meta({
      description:
        "With event: its data, any JSON value. Without: a string is sent as it is, any other value as its JSON text.",
    }),
  dataBase64: z
    .string()
    .refine(isBase64, "expected base64 with padding (RFC 4648 section 4)")
    .optional()
    .meta({ description: "Instead of data: bytes, sent as a binary message.", format: "byte" }),
  event: name(128).optional().meta({ description: "The name of a typed message." }),
  key: name(255)
    .optional()
    .meta({ description: "What it is about, for topics that conflate by key." }),
  exclude: connectionIds.optional().meta({ description: "Ids of connections that do not get it." }),
  eligible: connectionIds
    .optional()
    .meta({ description: "Ids of the only connections that get it." }),
  isVolatile: z
    .boolean()
    .optional()
    .meta({ description: "Whether a connection that is behind does without it. Default: false." }),
  idempotencyKey: name(256)
    .optional()
    .meta({ description: "A second request with this key publishes nothing." }),
};

interface Data {
  readonly data?: unknown;
  readonly dataBase64?: string | undefined;
  readonly event?: string | undefined;
}

/** Data is there once, and that of an event is JSON. */
function checkData(context: z.core.ParsePayload<Data>): void {
  const { data, dataBase64, event } = context.value;
  const refuse = (path: string, message: string): void => {
    context.issues.push({ code: "custom", path: [path], message, input: context.value });
  };
  if (dataBase64 !== undefined && data !== undefined) {
    refuse("dataBase64", "expected data or dataBase64, not both");
  } else if (dataBase64 !== undefined && event !== undefined) {
    refuse("dataBase64", "expected data: that of an event is JSON");
  } else if (dataBase64 === undefined && data === undefined) {
    refuse("data", "expected data, or dataBase64 for bytes");
  }
}

/** Where it goes is said once. */
function checkTopics(
  context: z.core.ParsePayload<{
    readonly topic?: string | undefined;
    readonly topics?: readonly string[] | undefined;
  }>,
): void {
  const { topic, topics } = context.value;
  if ((topic === undefined) !== (topics === undefined)) return;
  const message = topic === undefined ? "expected topic, or topics" : "expected topic or topics";
  context.issues.push({ code: "custom", path: ["topic"], message, input: context.value });
}

export const publishSchema = z
  .strictObject({
    topic: topicSchema.optional(),
    topics: z
      .array(topicSchema)
      .min(1)
      .max(100)
      .optional()
      .meta({ description: "Instead of topic: several, each of which gets it." }),
    ...messageShape,
  })
  .check(checkData, checkTopics);

export const sendSchema = z
  .strictObject({ userId: userIdSchema, ...messageShape })
  .check(checkData);

export const disconnectSchema = z.strictObject({
  userId: userIdSchema,
  code: z
    .int()
    .refine(isSendableCloseCode, "expected a close code: 1000, or better one of 4000 to 4999")
    .default(4502)
    .meta({
      description:
        "The close code: after 4000 to 4499 clients come back, after 4500 to 4999 they do not.",
    }),
  reason: z
    .string()
    .refine((text) => Buffer.byteLength(text) <= 123, "expected at most 123 bytes of UTF-8")
    .default("disconnected by the server")
    .meta({ description: "At most 123 bytes of UTF-8." }),
});

export const userSchema = z.strictObject({ userId: userIdSchema });

const limit = z.int().min(1).max(1_000).default(100);

/** A place in the history of a topic. */
const positionSchema = z.strictObject({
  epoch: z.string().min(1).max(255),
  offset: z.int().min(0),
});

export const historySchema = z
  .strictObject({
    topic: topicSchema,
    since: positionSchema.optional().meta({ description: "Only what came after this position." }),
    limit: limit.meta({ description: "At most so many publications." }),
    isReversed: z
      .boolean()
      .default(false)
      .meta({ description: "Newest first; not together with since." }),
  })
  .refine(({ since, isReversed }) => since === undefined || !isReversed, {
    path: ["isReversed"],
    message: "expected false together with since",
  });

export const presenceSchema = z.strictObject({
  topic: topicSchema,
  limit: limit.meta({ description: "At most so many members, those who came first." }),
});

export const noInputSchema = z.strictObject({});

// What is answered.

const publishedShape = {
  position: positionSchema
    .optional()
    .meta({ description: "Where it is in the history, when the topic has one." }),
  isDuplicate: z
    .boolean()
    .meta({ description: "Whether the idempotency key was seen before: nothing was published." }),
  hasSubscribers: z.boolean().meta({ description: "Whether somebody on this node gets it." }),
};

export const publishedSchema = z.object(publishedShape);

export const publishAnswerSchema = z.union([
  publishedSchema,
  z.object({ results: z.array(z.object({ topic: z.string(), ...publishedShape })) }),
]);

export const emptyAnswerSchema = z.object({});

export const userAnswerSchema = z.object({
  userId: z.string(),
  isOnline: z.boolean(),
  connectionIds: z.array(z.string()).meta({ description: "Its connections, oldest first." }),
});

export const historyAnswerSchema = z.object({
  publications: z.array(
    z.object({
      data: z.unknown().optional(),
      dataBase64: z.string().optional(),
      event: z.string().optional(),
      key: z.string().optional(),
      position: positionSchema.optional(),
    }),
  ),
  position: positionSchema.optional().meta({ description: "Where the topic stands." }),
  gap: z
    .enum(["expired", "epoch", "trimmed", "ahead"])
    .optional()
    .meta({ description: "Why publications after since are missing." }),
});

export const presenceAnswerSchema = z.object({
  count: z.object({ members: z.int(), connections: z.int() }),
  members: z.array(
    z.object({
      memberId: z.string(),
      data: z.unknown().optional(),
      connectionIds: z.array(z.string()),
    }),
  ),
});

export const infoAnswerSchema = z.object({
  nodeId: z.string(),
  version: z.string(),
  connections: z.int().meta({ description: "Open on this node." }),
  users: z.int().meta({ description: "Online, over all nodes." }),
  topics: z.int().meta({ description: "With a subscriber on this node." }),
});

export const errorAnswerSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.unknown().optional() }),
});
