import { Disconnects } from "@windlass/core";
import type { TokenUser } from "./handler-types.ts";
import type { Peer } from "./peer.ts";

/** The longest time that a timer can wait for. */
const maxTimerMs = 2_147_483_647;

/**
 * What `authenticate` returned, read by someone who does not believe its type; `null` is a refusal.
 *
 * @throws TypeError for anything that is neither a user nor nothing
 */
export function toTokenUser(given: unknown): TokenUser | null {
  if (given === null || given === undefined) return null;
  if (typeof given !== "object") throw noUser(typeof given);
  const userId: unknown = Reflect.get(given, "userId");
  if (typeof userId !== "string" || userId === "") {
    throw noUser(userId === "" ? 'a userId of ""' : `a userId of type ${typeof userId}`);
  }
  const expiresAtMs: unknown = Reflect.get(given, "expiresAtMs");
  const isTime = typeof expiresAtMs === "number" && !Number.isNaN(expiresAtMs);
  if (expiresAtMs !== undefined && !isTime) throw noUser("an expiresAtMs that is no number");
  return given as TokenUser;
}

function noUser(seen: string): TypeError {
  return new TypeError(
    `authenticate() returned ${seen}; wanted { userId: "...", expiresAtMs?: number }, or null to refuse the token.`,
  );
}

/** The connection has a user from now on, until the token ends. */
export function acceptToken(peer: Peer, user: TokenUser): void {
  peer.stopTokenTimer?.();
  peer.stopTokenTimer = undefined;
  peer.tokenUser = user;
  peer.admission = "ready";
  const { tokenExpiresInMs } = expiryOf(peer);
  if (tokenExpiresInMs !== undefined) awaitExpiry(peer, tokenExpiresInMs);
}

/** How long the token is good for, by the wall clock: tokens come from elsewhere. */
export function expiryOf({ tokenUser }: Peer): { readonly tokenExpiresInMs?: number } {
  const leftMs = (tokenUser?.expiresAtMs ?? Number.POSITIVE_INFINITY) - Date.now();
  return leftMs === Number.POSITIVE_INFINITY
    ? {}
    : { tokenExpiresInMs: Math.max(0, Math.round(leftMs)) };
}

function awaitExpiry(peer: Peer, leftMs: number): void {
  const { clock, options } = peer.runtime;
  const waitMs = Math.min(leftMs, maxTimerMs);
  peer.stopTokenTimer = clock.after(waitMs, () => {
    const end = (): void => peer.raw.close(Disconnects.TokenExpired);
    if (leftMs > waitMs) awaitExpiry(peer, leftMs - waitMs);
    // The fresh one came in time; checking it takes what it may take.
    else if (peer.isCheckingToken) peer.stopTokenTimer = clock.after(options.authTimeoutMs, end);
    else end();
  });
}
