import { createHmac, hash, type KeyObject, randomUUID, timingSafeEqual } from "node:crypto";

/** What a signature covers. */
export interface SignedRequest {
  /** Upper case: `POST`. */
  readonly method: string;
  /** As it is sent: `/api/users/ann%20lee/send`, with the query if there is one. */
  readonly pathAndQuery: string;
  /** Seconds since 1970, as sent. */
  readonly timestamp: string;
  readonly nonce: string;
  /** The body, byte by byte; empty when there is none. */
  readonly body: Uint8Array;
}

/** The headers of a signed request. */
export const signatureHeaders = {
  key: "x-windlass-key",
  timestamp: "x-windlass-timestamp",
  nonce: "x-windlass-nonce",
  signature: "x-windlass-signature",
} as const;

const version = "v1=";

function digestOf(secret: KeyObject | string, request: SignedRequest): Buffer {
  const { method, pathAndQuery, timestamp, nonce, body } = request;
  const text = `${method}\n${pathAndQuery}\n${timestamp}\n${nonce}\n${hash("sha256", body)}`;
  return createHmac("sha256", secret).update(text).digest();
}

/** Whether a `X-Windlass-Signature` is that of the request; takes as long for a wrong one as for a right one. */
export function isSigned(secret: KeyObject, request: SignedRequest, signature: string): boolean {
  const seen = Buffer.from(signature.slice(version.length), "hex");
  const wanted = digestOf(secret, request);
  return seen.byteLength === wanted.byteLength && timingSafeEqual(seen, wanted);
}

/** What a `X-Windlass-Signature` looks like. In lower case, so that there is one way to write it. */
export const signaturePattern = /^v1=[\da-f]{64}$/;

/** What is signed by {@link signPushRequest}. */
export interface PushRequestInit {
  /** Default: `POST`. */
  readonly method?: string;
  /** Where the request goes, whole or from the path on. Percent-encode what goes into it. */
  readonly url: string;
  /** Exactly what is sent. Default: nothing. */
  readonly body?: string | Uint8Array;
  /** Milliseconds since 1970. Default: now. */
  readonly nowMs?: number;
}

/**
 * The headers that sign a request to the push API. Each request needs its own.
 *
 * @example
 * const body = JSON.stringify({ topic: "news", data: "hello" });
 * const url = "http://localhost:8080/api/publish";
 * const headers = signPushRequest({ id: "website", secret }, { url, body });
 * await fetch(url, { method: "POST", body, headers: { ...headers, "Content-Type": "application/json" } });
 *
 * @throws TypeError when `url` is none
 */
export function signPushRequest(
  key: { readonly id: string; readonly secret: string },
  { method = "POST", url, body = "", nowMs = Date.now() }: PushRequestInit,
): Record<string, string> {
  const { pathname, search } = new URL(url, "http://localhost");
  const timestamp = String(Math.floor(nowMs / 1000));
  const nonce = randomUUID();
  const digest = digestOf(key.secret, {
    method,
    pathAndQuery: pathname + search,
    timestamp,
    nonce,
    body: typeof body === "string" ? Buffer.from(body) : body,
  });
  return {
    "X-Windlass-Key": key.id,
    "X-Windlass-Timestamp": timestamp,
    "X-Windlass-Nonce": nonce,
    "X-Windlass-Signature": `${version}${digest.toString("hex")}`,
  };
}
