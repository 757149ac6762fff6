import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { optionError, parseOptions } from "../option-error.ts";
import type { AuthenticatedUser } from "./authenticated-user.ts";
import { cookieName } from "./cookie-header.ts";
import { toSecret } from "./secrets.ts";

/** SHA-256 has 32 bytes; a shorter key is the weakest part of the signature. */
export const minKeyBytes = 32;

/** What browsers keep of one cookie, name included: RFC 6265 section 6.1. */
const maxCookieLength = 4_096;

const maxUserIdLength = 255;

/** The longest age of a cookie in browsers: 400 days. */
const maxAgeCeilingMs = 34_560_000_000;

/** What {@link signCookie} makes a cookie of. */
export interface SignedCookieOptions {
  /** The name of the cookie. It is signed too: the value is of no use under another name. */
  readonly name: string;
  /** The newest key of the route's `cookieAuthenticate()`: at least 32 bytes. */
  readonly key: string | Uint8Array;
  /** 1 to 255 characters. */
  readonly userId: string;
  /** For how long the cookie is good, in milliseconds: 1 to 34,560,000,000 (400 days). */
  readonly maxAgeMs: number;
  /** Names the cookie, so that it can be revoked. Default: a random one. */
  readonly tokenId?: string;
  /** What else there is to say about the user, as JSON; not secret. Default: nothing. */
  readonly data?: Readonly<Record<string, unknown>>;
}

export const cookieNameSchema = z
  .string()
  .regex(cookieName, "expected the name of a cookie, without spaces, commas and semicolons");

const optionsSchema = z.strictObject({
  name: cookieNameSchema,
  key: z.unknown().optional(),
  userId: z.string().min(1).max(maxUserIdLength),
  maxAgeMs: z.int().min(1).max(maxAgeCeilingMs),
  tokenId: z.string().min(1).optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});

/** What is signed. Unknown members are ignored. */
const sessionSchema = z.object({
  userId: z.string().min(1).max(maxUserIdLength),
  issuedAtMs: z.number(),
  expiresAtMs: z.number(),
  tokenId: z.string().min(1).optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});

/**
 * The value of a signed cookie, `<session>.<signature>`, for `cookieAuthenticate()`. The guide says how
 * to make one in other languages.
 *
 * @throws WindlassError `ERR_OPTION_INVALID`
 */
export function signCookie(options: SignedCookieOptions): string {
  const root = "options of signCookie()";
  const { name, key, maxAgeMs, ...parsed } = parseOptions(optionsSchema, options, root);
  const nowMs = Date.now();
  const session = {
    userId: parsed.userId,
    issuedAtMs: nowMs,
    expiresAtMs: nowMs + maxAgeMs,
    tokenId: parsed.tokenId ?? randomUUID(),
    data: parsed.data,
  };
  const text = Buffer.from(JSON.stringify(session)).toString("base64url");
  const value = `${text}.${signatureOf(name, text, toSecret(`${root}.key`, key, minKeyBytes))}`;
  if (name.length + value.length <= maxCookieLength) return value;
  throw optionError(
    `${root}.data`,
    `browsers keep ${maxCookieLength} characters of a cookie; this one has ${name.length + value.length}`,
  );
}

/** The user of a cookie, or why there is none; the reason does not contain the cookie. */
export function readCookie(
  name: string,
  value: string,
  keys: readonly Uint8Array[],
): AuthenticatedUser | string {
  const [text = "", signature, ...rest] = value.split(".");
  if (text === "" || signature === undefined || rest.length > 0) return "a cookie of another form";
  if (!keys.some((key) => isSame(signature, signatureOf(name, text, key)))) {
    return "a signature that fits none of the keys";
  }
  const session = sessionSchema.safeParse(parse(text));
  if (!session.success) return "a signed text that is no session";
  const { data: claims = {}, tokenId, ...known } = session.data;
  if (known.expiresAtMs <= Date.now()) return "a session that has expired";
  return { ...known, claims, ...(tokenId !== undefined && { tokenId }) };
}

/** Of the name too: whoever has a cookie that the same key signed for something else cannot use it here. */
function signatureOf(name: string, text: string, key: Uint8Array): string {
  return createHmac("sha256", key).update(`${name}=${text}`).digest("base64url");
}

/** Compares the texts, not the bytes that they stand for: base64 has several texts for the same bytes. */
function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.byteLength === other.byteLength && timingSafeEqual(one, other);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    return undefined;
  }
}
