import { z } from "zod";

/** What a key may do. */
const permissionSchema = z.enum(["publish", "users", "read"]);

const keySchema = z.strictObject({
  id: z
    .string()
    .regex(/^[\w.-]{1,64}$/, "expected 1 to 64 letters, digits, dots, underscores and dashes"),
  secret: z
    .string()
    .regex(
      /^[!-~]{16,256}$/,
      "expected 16 to 256 characters of ASCII without spaces; make one with: openssl rand -hex 32",
    ),
  allow: z.array(permissionSchema).min(1).default(["publish", "users", "read"]),
  topics: z
    .array(
      z
        .string()
        .regex(
          /^[^*]+\*?$|^\*$/,
          'expected a topic, or the beginning of topics with a "*" behind it, such as "news/*"',
        ),
    )
    .min(1)
    .default(["*"]),
});

const isDistinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

/** Options of the push API. `docs/reference/options.md` says what each does. */
export const pushOptionsSchema = z.strictObject({
  keys: z
    .array(keySchema)
    .min(1)
    .max(100)
    .refine((keys) => isDistinct(keys.map(({ id }) => id)), "two keys have the same id")
    .refine(
      (keys) => isDistinct(keys.map(({ secret }) => secret)),
      "two keys have the same secret",
    ),
  basePath: z
    .string()
    .regex(/^(?:\/[\w.~-]+)*$/, 'expected a path such as "/api", without a slash at the end')
    .default("/api"),
  bearer: z.enum(["secure", "always", "never"]).default("secure"),
  timestampWindowMs: z.int().min(1_000).max(3_600_000).default(300_000),
  maxNonces: z.int().min(1_000).max(10_000_000).default(250_000),
  maxBodyBytes: z.int().min(1_024).max(104_857_600).default(524_288),
  maxBatchOperations: z.int().min(1).max(1_000).default(100),
  rateLimit: z
    .union(
      [
        z.literal(false),
        z.strictObject({
          requestsPerSecond: z.number().positive().max(1_000_000),
          burst: z.int().min(1).max(1_000_000),
        }),
      ],
      { error: "expected false, or { requestsPerSecond, burst }" },
    )
    .default(false),
});

/** What a key may do: publish to topics; send to users and disconnect them; read. */
export type PushPermission = z.output<typeof permissionSchema>;
/** One key of the push API. */
export type PushKey = z.input<typeof keySchema>;
/** What `createPushApi(target, options)` takes as options. */
export type PushOptions = z.input<typeof pushOptionsSchema>;
/** A key with its defaults. */
export type ParsedPushKey = Readonly<z.output<typeof keySchema>>;
/** Parsed and frozen. */
export type ParsedPushOptions = Readonly<z.output<typeof pushOptionsSchema>>;
