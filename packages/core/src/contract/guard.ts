import { validateHeaderName, validateHeaderValue } from "node:http";
import type { User } from "./connection.ts";
import { errorCatalogue, type RefusalCode } from "./error-catalogue.ts";
import type { Handshake } from "./handshake.ts";
import type { MaybePromise } from "./maybe-promise.ts";

/** A handshake that passed. */
export interface Acceptance {
  readonly accepted: true;
  /** Refusals of report-only guards: logged, not enforced. */
  readonly reports?: readonly Refusal[];
  /** The user, when this guard authenticates. */
  readonly user?: User;
}

/** A handshake that is answered with an HTTP status instead of 101. */
export interface Refusal {
  readonly accepted: false;
  readonly code: RefusalCode;
  readonly status: number;
  /** Name of the rule that refused: `origin`, `host`, `ip`, ... */
  readonly rule: string;
  /** The value seen. Goes to the log, never to the client. Not for tokens or cookies. */
  readonly seen: string;
  /** What would have been accepted. Goes to the log, never to the client. */
  readonly wanted: string;
  /** Response headers, such as `Allow` or `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type Verdict = Acceptance | Refusal;

/** What a guard may use besides the handshake. */
export interface GuardContext {
  /**
   * Aborts when the client goes away or the handshake takes longer than `handshakeTimeoutMs`. As with
   * any AbortSignal, a listener that throws is an uncaught exception of the process.
   */
  readonly signal: AbortSignal;
}

/**
 * Looks at a handshake before the upgrade and accepts or refuses it; what Ratchet's OriginCheck and
 * IpBlackList are. Obligations:
 *
 * - `check` returns a verdict, never a bare value: forgetting to answer must not let anybody in.
 * - A guard that counts (connection limits) counts in `check` when it accepts, and gives back in
 *   `release`, which is called exactly once for each handshake it accepted: when the connection
 *   closed, or at once when a later guard refused or the client went away.
 * - Synchronous guards return the verdict itself, not a promise: that keeps the handshake free of
 *   microtasks.
 */
export interface Guard {
  check(handshake: Handshake, context: GuardContext): MaybePromise<Verdict>;
  release?(handshake: Handshake): void;
}

/** The verdict that lets a handshake pass. */
export const accept: Acceptance = Object.freeze({ accepted: true });

/** What a refusal says. */
export interface RefusalInit {
  readonly rule: string;
  readonly seen: string;
  readonly wanted: string;
  /** Default: `ERR_GUARD_REFUSED`. */
  readonly code?: RefusalCode;
  /** An HTTP status from 400 to 599. Default: that of the code, 403 for `ERR_GUARD_REFUSED`. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Values from clients are cut to this many characters before they reach a log. */
const maxSeenLength = 200;

/** A value from a client as it may stand in a log line. */
export function shorten(seen: string): string {
  return seen.length > maxSeenLength ? `${seen.slice(0, maxSeenLength)}...` : seen;
}

/**
 * The verdict that refuses a handshake.
 *
 * @throws TypeError when a header is not valid HTTP, which could otherwise split the response, or
 *   when the status is not one from 400 to 599.
 */
export function refuse(init: RefusalInit): Refusal {
  const code = init.code ?? "ERR_GUARD_REFUSED";
  const { rule, wanted, headers } = init;
  const seen = shorten(init.seen);
  const status = init.status ?? errorCatalogue[code].status;
  if (!Number.isInteger(status) || status < 400 || status > 599) {
    throw new TypeError(`refuse() was given the status ${status}; wanted 400 to 599`);
  }
  for (const [name, value] of Object.entries(headers ?? {})) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return { accepted: false, code, status, rule, seen, wanted, ...(headers && { headers }) };
}
