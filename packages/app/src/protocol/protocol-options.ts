import type { FrameCodec, Protocol } from "@windlass/protocol";
import { jsonCodec } from "@windlass/protocol";
import { msgpackCodec } from "@windlass/protocol/msgpack";
import { z } from "zod";
import type {
  Handlers,
  Middleware,
  ProtocolCallbacks,
  TopicPolicies,
  TopicPolicy,
} from "./handler-types.ts";
import type { ProtocolConnection } from "./protocol-connection.ts";

const isFunction = (value: unknown): boolean => typeof value === "function";
const functionSchema = z.custom<(...args: never[]) => unknown>(isFunction, "expected a function");
const timeout = (fallback: number) => z.int().min(0).max(86_400_000).default(fallback);
const count = (fallback: number) => z.int().min(1).max(1_000_000).default(fallback);

type AnyTopicPolicy = TopicPolicy<Protocol, unknown, string>;

const isPolicy = (value: unknown): boolean =>
  typeof value === "object" && value !== null && isFunction(Reflect.get(value, "authorize"));

const isCodec = (value: unknown): value is FrameCodec =>
  typeof value === "object" && value !== null && "subprotocol" in value && "decode" in value;

/**
 * Options of a ProtocolComponent but `handlers`, which stay the user's own object.
 * `docs/reference/options.md` says what each does.
 */
export const protocolOptionsSchema = z.strictObject({
  topics: z
    .record(
      z.string(),
      z.custom<AnyTopicPolicy>(isPolicy, "expected { authorize: (connection, params) => boolean }"),
    )
    .default({}),
  middleware: z
    .array(z.custom<Middleware>(isFunction, "expected a function (call, next) => next()"))
    .default([]),
  initialData: functionSchema.optional(),
  authenticate: functionSchema.optional(),
  onOpen: functionSchema.optional(),
  onClose: functionSchema.optional(),
  onHandlerError: functionSchema.optional(),
  rateLimits: z
    .record(
      z.string(),
      z
        .strictObject({
          messagesPerSecond: z.number().positive().max(1_000_000),
          burst: z.int().min(1).max(1_000_000).optional(),
        })
        .optional(),
    )
    .default({}),
  authTimeoutMs: z.int().min(10).max(600_000).default(10_000),
  handlerTimeoutMs: timeout(30_000),
  requestTimeoutMs: timeout(10_000),
  maxPendingMessages: count(16_384),
  maxPendingBytes: z.int().min(1).max(1_073_741_824).default(8_388_608),
  maxPendingRequests: count(16_384),
  maxDepth: z.int().min(2).max(1_000).default(64),
  maxSubscriptions: count(128),
  maxPresenceMembers: count(1_000),
  presenceBatchMs: z.int().min(10).max(60_000).default(100),
  violations: z
    .strictObject({
      max: z.int().min(1).max(1_000_000).default(10),
      windowMs: z.int().min(1).max(3_600_000).default(10_000),
    })
    .prefault({}),
  sessions: z
    .strictObject({
      retainMs: z.int().min(0).max(86_400_000).default(120_000),
      maxRetained: z.int().min(0).max(10_000_000).default(10_000),
      maxRetainedBytes: z.int().min(0).max(17_179_869_184).default(67_108_864),
      maxReplies: z.int().min(0).max(1_000_000).default(256),
      maxReplyBytes: z.int().min(0).max(1_073_741_824).default(262_144),
    })
    .prefault({}),
  codecs: z
    .array(z.custom<FrameCodec>(isCodec, "expected a codec, such as jsonCodec"))
    .min(1)
    .default([jsonCodec, msgpackCodec]),
});

type Settings = z.input<typeof protocolOptionsSchema>;

/** Parsed and frozen. */
export type ParsedProtocolOptions = Readonly<z.output<typeof protocolOptionsSchema>>;

/** How fast one connection may send the message of a name. */
export interface MessageRateLimit {
  /** Messages per second in the long run, above 0. */
  readonly messagesPerSecond: number;
  /** Messages at once after a pause, at least 1. Default: 2 seconds' worth, at least 1. */
  readonly burst?: number;
}

type SettingNames =
  | "authTimeoutMs"
  | "handlerTimeoutMs"
  | "requestTimeoutMs"
  | "maxPendingMessages"
  | "maxPendingBytes"
  | "maxPendingRequests"
  | "maxDepth"
  | "maxSubscriptions"
  | "maxPresenceMembers"
  | "presenceBatchMs"
  | "violations"
  | "sessions"
  | "codecs";

interface CommonOptions<P extends Protocol, Data>
  extends ProtocolCallbacks<P, NoInfer<Data>>,
    Pick<Settings, SettingNames> {
  /** Makes `connection.data`, before `onOpen`. Put it first, so that its type is known below. */
  readonly initialData?: (connection: ProtocolConnection<P, undefined>) => Data;
  /** Who may subscribe to topics. */
  readonly topics?: TopicPolicies<P, NoInfer<Data>>;
  /** Runs around every handler, first to last. */
  readonly middleware?: readonly Middleware<NoInfer<P>, NoInfer<Data>>[];
  /** Limits of single messages, by name and connection. */
  readonly rateLimits?: { readonly [Name in keyof P["client"] & string]?: MessageRateLimit };
}

/** What `new ProtocolComponent(protocol, options)` takes as options. */
export type ProtocolOptions<P extends Protocol, Data> = CommonOptions<P, Data> & {
  /**
   * One handler for each event and each request that clients may send; not needed when they send
   * nothing.
   */
  readonly [Key in "handlers" as keyof P["client"] extends never ? never : Key]: Handlers<
    P,
    NoInfer<Data>
  >;
};
