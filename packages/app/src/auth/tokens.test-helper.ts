import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { Authenticate, Refusal, User } from "@windlass/core";
import { createInMemoryHandshake, type InMemoryRequest } from "@windlass/core/testing";
import { SignJWT } from "jose";

export const secret =
  "a secret of more than sixty-four bytes, as HS512 wants them to have, at least";
export const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const ed = generateKeyPairSync("ed25519");

/** The moment at which the tokens of these tests are made and checked. */
export const nowMs = 1_800_000_000_000;
export const nowS = nowMs / 1_000;

/** A token that is good for an hour. */
export const claims = { sub: "anna", jti: "t1", iat: nowS, exp: nowS + 3_600 };

export function sign(
  payload: Readonly<Record<string, unknown>> = claims,
  key: string | KeyObject = secret,
  alg = "HS256",
  kid?: string,
): Promise<string> {
  const header = { alg, ...(kid !== undefined && { kid }) };
  const bytes = typeof key === "string" ? Buffer.from(key) : key;
  return new SignJWT(payload).setProtectedHeader(header).sign(bytes);
}

/** A token that no library would make, signed with HMAC-SHA256 where there is a key. */
export function forge(header: object, payload: object, key?: string | Buffer): string {
  const text = [header, payload].map(base64url).join(".");
  const signature =
    key === undefined ? "" : createHmac("sha256", key).update(text).digest("base64url");
  return `${text}.${signature}`;
}

export function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** What an `authenticate` says to a request. */
export async function ask(
  authenticate: Authenticate,
  request: InMemoryRequest,
): Promise<User | Refusal | null | undefined> {
  const { signal } = new AbortController();
  return await authenticate(createInMemoryHandshake(request), { signal });
}

/** A request with a token in the Authorization header. */
export function bearer(token: string): InMemoryRequest {
  return { headers: { authorization: `Bearer ${token}` } };
}
