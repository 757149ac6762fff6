import type { Broker, Logger } from "@windlass/core";
import { z } from "zod";
import { revocationOptionsSchema } from "./users/revocations.ts";
import { userLimitSchema } from "./users/users.ts";

/** A host as a browser shows it, without scheme and port; `""` stands for any. */
export const httpHostSchema = z
  .string()
  .refine(
    (host) => !host.includes("/"),
    'expected a host name such as "example.com", without a scheme',
  )
  .refine(
    (host) => host.startsWith("[") || !host.includes(":"),
    'expected a host name such as "example.com", without a port',
  )
  .refine(
    (host) => /^(?:[\w.~-]*|\[[\da-f:.]+\])$/i.test(host),
    'expected a host name such as "example.com", without wildcards and white space; "" stands for any host',
  )
  .transform((host) => host.toLowerCase());

/** A ceiling where 0 means that there is none. */
export const countLimit = (fallback: number) => z.int().min(0).max(10_000_000).default(fallback);

const isLogger = (value: unknown): value is Logger =>
  typeof value === "object" &&
  value !== null &&
  ["debug", "info", "warn", "error", "child"].every(
    (name) => typeof Reflect.get(value, name) === "function",
  );

const isBroker = (value: unknown): value is Broker =>
  typeof value === "object" &&
  value !== null &&
  ["open", "publish", "subscribe", "unsubscribe", "close"].every(
    (name) => typeof Reflect.get(value, name) === "function",
  );

/** Options of an App. `docs/reference/options.md` says what each does; a test compares the two. */
export const appOptionsSchema = z.strictObject({
  tls: z
    .strictObject({
      certFile: z.string().min(1),
      keyFile: z.string().min(1),
      caFile: z.string().min(1).optional(),
      passphrase: z.string().optional(),
    })
    .optional(),
  unixSocketMode: z.int().min(0).max(0o777).default(0o660),
  trustedProxies: z.array(z.string()).default([]),
  allowIps: z.array(z.string()).default([]),
  blockIps: z.array(z.string()).default([]),
  maxConnections: countLimit(100_000),
  maxConnectionsPerIp: countLimit(0),
  maxConnectionsPerUser: userLimitSchema.optional(),
  revocations: revocationOptionsSchema.prefault({}),
  handshakeTimeoutMs: z.int().min(10).max(600_000).default(10_000),
  maxPendingHandshakes: z.int().min(1).max(1_000_000).default(1_000),
  refusalLog: z
    .strictObject({
      burst: z.int().min(1).max(1_000_000).default(100),
      perSecond: z.number().min(0).max(1_000_000).default(10),
    })
    .prefault({}),
  broker: z
    .custom<Broker>(isBroker, "expected a broker, such as new RedisBroker({ url })")
    .optional(),
  maxRecoveredPublications: z.int().min(1).max(1_000_000).default(1_000),
  logger: z
    .custom<Logger>(
      isLogger,
      "expected a pino logger, or an object with debug, info, warn, error and child",
    )
    .optional(),
  logLevel: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
});

/** The three positions of the constructor, as Ratchet has them. */
export const listenSchema = z.strictObject({
  httpHost: httpHostSchema,
  port: z.int().min(0).max(65_535),
  address: z.string().min(1),
});

/** Options of `close()`. */
export const closeOptionsSchema = z.strictObject({
  graceMs: z.int().min(0).max(3_600_000).default(10_000),
});

/** What `new App(httpHost, port, address, options)` takes as options. */
export type AppOptions = z.input<typeof appOptionsSchema>;
/** Parsed and frozen. */
export type ParsedAppOptions = Readonly<z.output<typeof appOptionsSchema>>;
/** What `app.close(options)` takes. */
export type CloseOptions = z.input<typeof closeOptionsSchema>;
