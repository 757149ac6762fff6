import type { Authenticate, Guard } from "@windlass/core";
import { z } from "zod";
import { countLimit, httpHostSchema } from "./app-options.ts";
import { userLimitSchema } from "./users/users.ts";

const hosts = z
  .union([httpHostSchema, z.array(httpHostSchema).min(1)], {
    error: 'expected a host name such as "example.com", without scheme and port, or a list of them',
  })
  .optional();

/** The largest message that can be configured: 100 MiB. */
const maxPayloadCeiling = 104_857_600;

/** What a buffer of messages holds when nothing is said: 1 MiB. */
const defaultBufferBytes = 1_048_576;

/** A ceiling for bytes of messages that wait; the default is filled in by the transform below. */
const bufferLimit = (minimum: number) =>
  z.int().min(minimum).max(1_073_741_824).optional().meta({ default: defaultBufferBytes });

/** RFC 6455 section 4.1: a subprotocol is a token of RFC 9110. */
const subprotocol = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, "expected a subprotocol name without spaces and commas");

const isGuard = (value: unknown): value is Guard =>
  typeof value === "object" && value !== null && typeof Reflect.get(value, "check") === "function";

/** Options of a WebSocket route. `docs/reference/options.md` says what each does. */
export const routeOptionsSchema = z
  .strictObject({
    httpHost: hosts,
    subprotocols: z.array(subprotocol).default([]),
    strictSubprotocols: z.boolean().default(true),
    missingOrigin: z.enum(["refuse", "allow"]).default("refuse"),
    originMode: z.enum(["enforce", "report"]).default("enforce"),
    guards: z
      .array(z.custom<Guard>(isGuard, "expected a guard: an object with a check(handshake) method"))
      .default([]),
    authenticate: z
      .custom<Authenticate>((value) => typeof value === "function", "expected a function")
      .optional(),
    maxConnections: countLimit(0),
    maxConnectionsPerIp: countLimit(0),
    maxConnectionsPerUser: userLimitSchema.optional(),
    maxPayloadBytes: z.int().min(1).max(maxPayloadCeiling).default(65_536),
    maxBackpressureBytes: bufferLimit(1_024),
    slowConsumer: z.enum(["close", "drop"]).default("close"),
    heartbeat: z
      .union(
        [
          z.literal(false),
          z.strictObject({ timeoutMs: z.int().min(8_000).max(960_000).default(60_000) }),
        ],
        { error: "expected false, or { timeoutMs } with 8000 to 960000 milliseconds" },
      )
      .prefault({}),
    compression: z.enum(["off", "shared", "dedicated"]).default("off"),
    compressionThresholdBytes: z.int().min(0).max(maxPayloadCeiling).default(1_024),
    rateLimit: z
      .strictObject({
        messagesPerSecond: z.number().positive().optional(),
        messageBurst: z.int().min(1).optional(),
        bytesPerSecond: z.number().positive().optional(),
        byteBurst: z.int().min(1).optional(),
      })
      .refine(
        (limit) => limit.messagesPerSecond !== undefined || limit.bytesPerSecond !== undefined,
        "expected messagesPerSecond, bytesPerSecond or both",
      )
      .optional(),
    serialized: z.boolean().default(true),
    maxQueuedMessages: z.int().min(1).max(1_000_000).default(256),
    maxQueuedBytes: bufferLimit(1),
    callbackTimeoutMs: z.int().min(0).max(86_400_000).default(30_000),
  })
  .transform((options) => ({
    ...options,
    // Raising maxPayloadBytes alone must not make the largest message impossible to queue or to echo.
    maxBackpressureBytes:
      options.maxBackpressureBytes ?? Math.max(defaultBufferBytes, options.maxPayloadBytes),
    maxQueuedBytes: options.maxQueuedBytes ?? Math.max(defaultBufferBytes, options.maxPayloadBytes),
  }));

/** Options of a plain HTTP route. */
export const httpOptionsSchema = z.strictObject({
  httpHost: hosts,
  maxBodyBytes: z.int().min(0).max(1_073_741_824).default(1_048_576),
});

/** What `app.route(path, component, allowedOrigins, options)` takes as options. */
export type RouteOptions = z.input<typeof routeOptionsSchema>;
/** Parsed and frozen. */
export type ParsedRouteOptions = Readonly<z.output<typeof routeOptionsSchema>>;
/** What `app.http(path, handler, options)` takes as options. */
export type HttpOptions = z.input<typeof httpOptionsSchema>;
