import type { LogFields } from "@windlass/core";

/** One error of the push API: its status, and its sentence in which `{name}` is filled in. */
interface PushErrorEntry {
  readonly status: number;
  readonly message: string;
}

/**
 * Every error that the push API answers with. Codes never change their meaning;
 * `docs/reference/push-api.md` lists the same ones, and a test compares the two.
 */
export const pushErrors = {
  ERR_INPUT_INVALID: { status: 400, message: "The input does not fit: see the details." },
  ERR_BODY_NOT_JSON: { status: 400, message: "The body is not JSON in UTF-8: {problem}." },
  ERR_TOPIC_INVALID: {
    status: 400,
    message: 'A topic has 1 to 255 characters and does not begin with "$".',
  },
  ERR_DATA_INVALID: {
    status: 400,
    message: "The data does not fit what was declared for it: see the details.",
  },
  ERR_UNSIGNED: {
    status: 401,
    message: "This request has no credentials. Sign it with the four X-Windlass headers{orBearer}.",
  },
  ERR_CREDENTIALS_MALFORMED: { status: 401, message: "The header {header} {problem}." },
  ERR_KEY_UNKNOWN: { status: 401, message: "There is no key with this {part}." },
  ERR_BEARER_REFUSED: {
    status: 401,
    message: "A secret is not taken as it is {where}. Sign the request{advice}.",
  },
  ERR_TIMESTAMP_EXPIRED: {
    status: 401,
    message:
      "The timestamp is {seconds} s {side} the clock of this server, which takes at most {most} s. Sign each request anew, and set the clock of the machine that signs.",
  },
  ERR_SIGNATURE_INVALID: {
    status: 401,
    message:
      "The signature does not fit: the secret is another one, or method, path, query, timestamp, nonce or body are not those that were signed.",
  },
  ERR_KEY_FORBIDDEN: { status: 403, message: "This key may not {what}." },
  ERR_ROUTE_NOT_FOUND: { status: 404, message: "There is nothing at this path of the push API." },
  ERR_METHOD_NOT_ALLOWED: { status: 405, message: "This path takes {allowed}." },
  ERR_NONCE_REUSED: {
    status: 409,
    message: "This nonce was used before. Sign each request with a new one.",
  },
  ERR_BODY_TOO_LARGE: { status: 413, message: "The body has more than {max} bytes." },
  ERR_MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    message: "The body must be JSON: send Content-Type: application/json.",
  },
  ERR_RATE_LIMITED: {
    status: 429,
    message: "This key was used too often; wait {retryAfterSeconds} s.",
  },
  ERR_INTERNAL: { status: 500, message: "The server failed while answering; its log says why." },
  ERR_BROKER_UNAVAILABLE: {
    status: 503,
    message:
      "It is not known whether the message was taken. Try again, with the same idempotency key.",
  },
  ERR_SHUTTING_DOWN: { status: 503, message: "This node is not running; try again." },
} as const satisfies Readonly<Record<string, PushErrorEntry>>;

/** A code of the push API. */
export type PushErrorCode = keyof typeof pushErrors;

/** What a {@link PushError} says besides its code. */
export interface PushErrorInit {
  /** Fills the placeholders of the sentence. */
  readonly values?: Readonly<Record<string, string | number>>;
  /** For programs. */
  readonly details?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the log line says besides the code: the id of a key. Neither secrets, signatures nor bodies. */
  readonly logged?: LogFields;
  readonly cause?: unknown;
}

/** What an answer other than 200 says. */
interface PushErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly details?: unknown };
}

/** A request that is not answered with 200. */
export class PushError extends Error {
  override readonly name = "PushError";
  readonly code: PushErrorCode;
  readonly details: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly logged: LogFields;

  constructor(code: PushErrorCode, init: PushErrorInit = {}) {
    const { values = {}, details, headers = {}, logged = {}, cause } = init;
    const message = pushErrors[code].message.replace(/\{(\w+)\}/g, (whole, name: string) =>
      String(values[name] ?? whole),
    );
    super(message, { cause });
    this.code = code;
    this.details = details;
    this.headers = headers;
    this.logged = logged;
  }

  get status(): number {
    return pushErrors[this.code].status;
  }

  get body(): PushErrorBody {
    const { code, message, details } = this;
    return { error: { code, message, ...(details !== undefined && { details }) } };
  }
}
