import { Disconnects, isPromiseLike, toError } from "@windlass/core";
import type { AuthFrame, HelloFrame, WelcomeFrame } from "@windlass/protocol";
import type { TokenUser } from "./handler-types.ts";
import type { Enter } from "./lane.ts";
import type { Peer } from "./peer.ts";
import { topicOfCodec } from "./publishing.ts";
import { refuseFrame, wireError } from "./refusals.ts";

/** The longest time that a timer can wait for. */
const maxTimerMs = 2_147_483_647;

/** Makes a connection wait for its token, if the component wants one; whether it does. */
export function awaitToken(peer: Peer): boolean {
  if (peer.runtime.callbacks.authenticate === undefined) return false;
  peer.admission = "waiting";
  peer.stopTokenTimer = peer.runtime.clock.after(peer.runtime.options.authTimeoutMs, () => {
    peer.raw.close(Disconnects.HandshakeTimeout);
  });
  return true;
}

/** Answers `hello`. A promise, which never rejects, while the token is being checked. */
export function greet(peer: Peer, frame: HelloFrame): Promise<void> | undefined {
  if (peer.session !== undefined) {
    refuseFrame(peer, "a connection says hello once");
    return undefined;
  }
  if (peer.admission === "ready") {
    welcome(peer, frame);
    return undefined;
  }
  return admit(peer, frame.token, () => welcome(peer, frame));
}

/** Answers `auth`: the first token of a connection, or a fresh one. */
export function renewToken(peer: Peer, frame: AuthFrame, enter: Enter<Peer>): void {
  if (peer.runtime.callbacks.authenticate === undefined) {
    peer.writeFrame({ type: "authenticated" });
    return;
  }
  if (peer.isCheckingToken) {
    refuseFrame(peer, "another token is being checked");
    return;
  }
  const isFirst = peer.admission === "waiting";
  const work = admit(peer, frame.token, () => {
    peer.writeFrame({ type: "authenticated", ...expiryOf(peer) });
  });
  // What comes behind the first token waits for it; a fresh one holds up nothing.
  if (isFirst && work !== undefined) peer.lane.hold(work, enter);
}

function admit(
  peer: Peer,
  token: string | undefined,
  answer: () => void,
): Promise<void> | undefined {
  const { authenticate } = peer.runtime.callbacks;
  if (authenticate === undefined) return undefined;
  const isFirst = peer.admission === "waiting";
  const finish = (user: TokenUser | null): Promise<void> | undefined => {
    peer.isCheckingToken = false;
    if (peer.state === "closed") return undefined;
    if (user === null || isOtherUser(peer, user, isFirst)) {
      refuseToken(peer);
      return undefined;
    }
    acceptToken(peer, user);
    answer();
    return isFirst ? open(peer) : undefined;
  };
  peer.isCheckingToken = true;
  try {
    const user = authenticate(token, peer);
    if (!isPromiseLike(user)) return finish(user);
    return user.then(finish).catch((error: unknown) => checkFailed(peer, error));
  } catch (error) {
    checkFailed(peer, error);
    return undefined;
  }
}

/** A fresh token must be one of the same user: sessions, topics and data are theirs. */
function isOtherUser(peer: Peer, user: TokenUser, isFirst: boolean): boolean {
  return !isFirst && peer.tokenUser?.userId !== user.userId;
}

function refuseToken(peer: Peer): void {
  peer.log.warn({ rule: "token", seen: "a token that was refused" }, "closing with 4501");
  peer.writeFrame(wireError("ERR_TOKEN_REFUSED", undefined));
  peer.raw.close(Disconnects.Unauthorized);
}

function checkFailed(peer: Peer, error: unknown): void {
  peer.log.error({ err: toError(error) }, "authenticate() failed: closing with 1011");
  peer.raw.close(Disconnects.InternalError);
}

function acceptToken(peer: Peer, user: TokenUser): void {
  peer.stopTokenTimer?.();
  peer.stopTokenTimer = undefined;
  peer.tokenUser = user;
  peer.admission = "ready";
  const { tokenExpiresInMs } = expiryOf(peer);
  if (tokenExpiresInMs === undefined || tokenExpiresInMs > maxTimerMs) return;
  peer.stopTokenTimer = peer.runtime.clock.after(tokenExpiresInMs, () => {
    peer.raw.close(Disconnects.TokenExpired);
  });
}

/** Of the wall clock: tokens come from elsewhere. */
function expiryOf(peer: Peer): { readonly tokenExpiresInMs?: number } {
  const expiresAtMs = peer.tokenUser?.expiresAtMs;
  if (expiresAtMs === undefined) return {};
  return { tokenExpiresInMs: Math.max(0, Math.round(expiresAtMs - Date.now())) };
}

function welcome(peer: Peer, frame: HelloFrame): void {
  const resumed = frame.session !== undefined && joinSession(peer, frame, frame.session);
  const answer: WelcomeFrame = {
    type: "welcome",
    connection: peer.id,
    resumed,
    ...expiryOf(peer),
  };
  peer.writeFrame(answer);
}

function joinSession(peer: Peer, { seen }: HelloFrame, name: string): boolean {
  const { session, resumed } = peer.runtime.sessions.open(name, peer.user?.userId, peer.codec);
  peer.session = session;
  peer.lane = session.lane;
  if (seen !== undefined) session.forget(seen);
  // The client knows best which connection is the live one: this one, the last it has opened.
  session.join(peer)?.replaced();
  return resumed;
}

/** Tells the application that the connection may talk; a promise while `onOpen` takes its time. */
export function open(peer: Peer): Promise<void> | undefined {
  peer.hasOpened = true;
  peer.raw.subscribe(topicOfCodec(peer.codec));
  try {
    const opening = peer.runtime.callbacks.onOpen?.(peer);
    if (!isPromiseLike(opening)) return undefined;
    const opened = opening.catch((error: unknown) => openFailed(peer, error));
    peer.hasOpened = opened;
    return opened;
  } catch (error) {
    openFailed(peer, error);
    return undefined;
  }
}

function openFailed(peer: Peer, error: unknown): void {
  peer.log.error({ err: toError(error), phase: "open" }, "onOpen failed: closing with 1011");
  peer.raw.close(Disconnects.InternalError);
}
