import type { Handshake } from "@windlass/core";
import { cookieName, cookieValues } from "./cookie-header.ts";

/**
 * Where a token is looked for:
 * - `authorization`: the header `Authorization: Bearer <token>`, which browsers cannot send
 * - `cookie:<name>`: a cookie
 * - `query:<name>`: a parameter of the address, which proxies and servers write into their logs
 * - `subprotocol:<prefix>`: an offered subprotocol that begins with the prefix; the rest is the token
 */
export type TokenSource =
  | "authorization"
  | `cookie:${string}`
  | `query:${string}`
  | `subprotocol:${string}`;

/** The tokens that a handshake has in one place. `null` stands for one that cannot be read. */
type ReadTokens = (handshake: Handshake, name: string) => readonly (string | null)[];

const readers: Readonly<Record<string, { readonly name: RegExp; readonly read: ReadTokens }>> = {
  authorization: { name: /^$/, read: authorizationTokens },
  cookie: { name: cookieName, read: cookieValues },
  query: { name: /^.+$/, read: ({ query }, name) => query.getAll(name) },
  subprotocol: { name: /^[\w!#$%&'*+.^`|~-]+$/, read: subprotocolTokens },
};

/** Whether this is a place where tokens can be looked for. */
export function isTokenSource(source: unknown): source is TokenSource {
  if (typeof source !== "string") return false;
  const { kind, name } = partsOf(source);
  return Object.hasOwn(readers, kind) && (readers[kind]?.name.test(name) ?? false);
}

/** What was found: a token, what is wrong with what is there, or nothing. */
export interface FoundToken {
  readonly token?: string;
  readonly problem?: string;
}

/**
 * The token of the first place that has one. Two in one place are a problem: whoever added the second
 * must not choose who somebody is.
 */
export function findToken(handshake: Handshake, sources: readonly TokenSource[]): FoundToken {
  for (const source of sources) {
    const { kind, name } = partsOf(source);
    const [token, ...others] = readers[kind]?.read(handshake, name) ?? [];
    if (token === undefined) continue;
    if (others.length > 0) return { problem: `${others.length + 1} tokens in ${source}` };
    if (token === null || token === "") return { problem: `no token in ${source}` };
    return { token };
  }
  return {};
}

function partsOf(source: string): { readonly kind: string; readonly name: string } {
  const colon = source.indexOf(":");
  if (colon < 0) return { kind: source, name: "" };
  return { kind: source.slice(0, colon), name: source.slice(colon + 1) };
}

/** Other schemes are not for us: a browser may send the password of a proxy in front. */
function authorizationTokens({ headers }: Handshake): readonly (string | null)[] {
  const header = headers.get("authorization");
  if (header === null || !/^bearer(?: |$)/i.test(header)) return [];
  // RFC 6750 section 2.1. Two headers come as one with a comma, which no token has.
  return [/^bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1] ?? null];
}

function subprotocolTokens({ headers }: Handshake, prefix: string): readonly string[] {
  const offered = (headers.get("sec-websocket-protocol") ?? "").split(",");
  const names = offered.map((name) => name.trim()).filter((name) => name.startsWith(prefix));
  return names.map((name) => name.slice(prefix.length));
}
