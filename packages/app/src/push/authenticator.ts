import type { FetchInfo, Topics } from "@windlass/core";
import type { KeyInUse, KeyRing } from "./key-ring.ts";
import { PushError } from "./push-errors.ts";
import type { ParsedPushOptions } from "./push-options.ts";
import { isSigned, signatureHeaders, signaturePattern } from "./signature.ts";

/** What a request is, before its body was read. */
export interface RequestHead {
  readonly method: string;
  /** As it was sent. */
  readonly pathAndQuery: string;
  readonly path: string;
  readonly query: string;
  readonly isEncrypted: boolean;
  readonly headers: Headers;
  readonly info: FetchInfo;
}

/** Who sent a request, and what is left to check. */
export interface Claim {
  readonly key: KeyInUse;
  /** Resolves when the body is known to be what the sender sent. Rejects with a PushError. */
  verify(body: Uint8Array): Promise<void>;
}

const malformed = (header: string, problem: string): PushError =>
  new PushError("ERR_CREDENTIALS_MALFORMED", { values: { header, problem } });

/** What an {@link Authenticator} works with. */
interface AuthenticatorParts {
  readonly keys: KeyRing;
  /** Where nonces are claimed for all nodes, if anywhere. */
  readonly topics: Pick<Topics, "publish"> | undefined;
  /** Milliseconds since 1970. */
  readonly wallClockMs: () => number;
}

/** Finds out who sends requests. */
export class Authenticator {
  readonly #options: ParsedPushOptions;
  readonly #keys: KeyRing;
  readonly #topics: Pick<Topics, "publish"> | undefined;
  readonly #wallClockMs: () => number;

  constructor(options: ParsedPushOptions, { keys, topics, wallClockMs }: AuthenticatorParts) {
    this.#options = options;
    this.#keys = keys;
    this.#topics = topics;
    this.#wallClockMs = wallClockMs;
  }

  /** Looks at everything but the body, which is not worth reading when this throws a PushError. */
  begin(head: RequestHead): Claim {
    const { headers } = head;
    const isSigning = Object.values(signatureHeaders).some((name) => headers.has(name));
    if (isSigning) return this.#beginSigned(head);
    const authorization = headers.get("authorization");
    if (authorization !== null) return this.#beginBearer(authorization, head);
    const orBearer = this.#options.bearer === "never" ? "" : ", or send Authorization: Bearer";
    throw new PushError("ERR_UNSIGNED", { values: { orBearer } });
  }

  #beginBearer(authorization: string, head: RequestHead): Claim {
    const { bearer } = this.#options;
    if (bearer === "never") {
      throw new PushError("ERR_BEARER_REFUSED", { values: { where: "here", advice: "" } });
    }
    const isSafe = head.isEncrypted || isLocal(head.info.ip);
    if (bearer === "secure" && !isSafe) {
      const where = "over an unencrypted connection from another machine";
      throw new PushError("ERR_BEARER_REFUSED", { values: { where, advice: ", or use https" } });
    }
    const [, secret] = /^bearer +([!-~]+)$/i.exec(authorization) ?? [];
    if (secret === undefined) {
      throw malformed("Authorization", 'is not "Bearer" and a secret');
    }
    const key = this.#keys.bySecret(secret);
    if (key === undefined) throw new PushError("ERR_KEY_UNKNOWN", { values: { part: "secret" } });
    return { key, verify: async () => {} };
  }

  #beginSigned({ headers, method, pathAndQuery }: RequestHead): Claim {
    const id = read(headers, "X-Windlass-Key", /^[\w.-]{1,64}$/, "is no id of a key");
    const timestamp = read(
      headers,
      "X-Windlass-Timestamp",
      /^\d{1,11}$/,
      "is not the number of seconds since 1970",
    );
    const nonce = read(
      headers,
      "X-Windlass-Nonce",
      /^[\w.~+/=-]{8,64}$/,
      "is not 8 to 64 letters, digits or signs of base64",
    );
    const signature = read(
      headers,
      "X-Windlass-Signature",
      signaturePattern,
      'is not "v1=" and the 64 hexadecimal digits, in lower case, of an HMAC-SHA256',
    );
    const key = this.#keys.byId(id);
    if (key === undefined) throw new PushError("ERR_KEY_UNKNOWN", { values: { part: "id" } });
    const timestampS = Number(timestamp);
    this.#mustBeFresh(key, timestampS);
    return {
      key,
      verify: async (body) => {
        const request = { method, pathAndQuery, timestamp, nonce, body };
        if (!isSigned(key.secret, request, signature)) {
          throw new PushError("ERR_SIGNATURE_INVALID", { logged: { key: id } });
        }
        // Again, because the body may have taken its time.
        this.#mustBeFresh(key, timestampS);
        await this.#claim(key, nonce, timestampS);
      },
    };
  }

  #mustBeFresh(key: KeyInUse, timestampS: number): void {
    const ageS = this.#wallClockMs() / 1000 - timestampS;
    const mostS = this.#options.timestampWindowMs / 1000;
    if (Math.abs(ageS) > mostS) throw this.#expired(key, ageS, mostS);
  }

  #expired({ id }: KeyInUse, ageS: number, most: number): PushError {
    const seconds = Math.ceil(Math.abs(ageS));
    return new PushError("ERR_TIMESTAMP_EXPIRED", {
      values: { seconds, side: ageS > 0 ? "behind" : "ahead of", most },
      details: { serverTime: new Date(this.#wallClockMs()).toISOString() },
      logged: { key: id },
    });
  }

  async #claim(key: KeyInUse, nonce: string, timestampS: number): Promise<void> {
    const nowS = this.#wallClockMs() / 1000;
    // Here first: a replay at the same node then costs the other nodes nothing.
    const claimed = key.nonces.claim(nonce, timestampS, nowS);
    if (claimed === "forgotten")
      throw this.#expired(key, nowS - timestampS, key.nonces.windowS(nowS));
    if (claimed === "used") throw reused(key);
    if (this.#topics === undefined) return;
    // As long as a node whose clock differs by as much as is allowed would take it.
    const idempotency = { key: nonce, windowMs: 2 * this.#options.timestampWindowMs };
    const { isDuplicate } = await this.#topics.publish(`$nonce/${key.id}`, "", { idempotency });
    if (isDuplicate) throw reused(key);
  }
}

function reused({ id }: KeyInUse): PushError {
  return new PushError("ERR_NONCE_REUSED", { logged: { key: id } });
}

/** Whether nobody else can have read along: this machine, or a unix socket. */
function isLocal(ip: string): boolean {
  return ip === "" || ip === "::1" || ip.startsWith("127.");
}

function read(headers: Headers, name: string, pattern: RegExp, problem: string): string {
  const value = headers.get(name);
  if (value === null) throw malformed(name, "is missing");
  if (!pattern.test(value)) throw malformed(name, problem);
  return value;
}
