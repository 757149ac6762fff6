import { Disconnects, isPromiseLike, toError } from "@windlass/core";
import type { AuthFrame, HelloFrame } from "@windlass/protocol";
import type { TokenUser } from "./handler-types.ts";
import type { Peer } from "./peer.ts";
import { topicOfCodec } from "./publishing.ts";
import { refuseFrame, wireError } from "./refusals.ts";
import { acceptToken, expiryOf, toTokenUser } from "./token-users.ts";
import { renewSeat, takeSeat } from "./user-seats.ts";

/** Makes a connection wait for its token, if the component wants one; whether it does. */
export function awaitToken(peer: Peer): boolean {
  const { callbacks, clock, options } = peer.runtime;
  if (callbacks.authenticate === undefined) return false;
  peer.admission = "waiting";
  peer.stopTokenTimer = clock.after(options.authTimeoutMs, () => {
    peer.raw.close(Disconnects.HandshakeTimeout);
  });
  return true;
}

/** Answers `hello`. A promise, which never rejects, while others have to wait. */
export function greet(peer: Peer, frame: HelloFrame): Promise<void> | undefined {
  if (peer.hasGreeted || peer.hasMessages) {
    refuseFrame(peer, "hello comes first, and once");
    return undefined;
  }
  peer.hasGreeted = true;
  if (peer.admission === "ready") return welcome(peer, frame);
  return admit(peer, frame.token, () => welcome(peer, frame));
}

/** Answers `auth`: the first token of a connection, or a fresh one. */
export function renewToken(peer: Peer, frame: AuthFrame): void {
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
    return undefined;
  });
  // What comes behind the first token waits for it; a fresh one holds up nothing.
  if (isFirst && work !== undefined) peer.lane.hold(work, peer.runtime.enter);
}

function admit(
  peer: Peer,
  token: string | undefined,
  answer: () => Promise<void> | undefined,
): Promise<void> | undefined {
  const { authenticate } = peer.runtime.callbacks;
  const isFirst = peer.admission === "waiting";
  const accept = (user: TokenUser): Promise<void> | undefined => {
    peer.isCheckingToken = false;
    acceptToken(peer, user);
    const busy = answer();
    return isFirst && peer.raw.state === "open" ? both(busy, open(peer)) : busy;
  };
  const finish = (given: unknown): Promise<void> | undefined => {
    if (peer.state === "closed") return undefined;
    const user = toTokenUser(given);
    if (user === null || isOtherUser(peer, user, isFirst) || !(isFirst || renewSeat(peer, user))) {
      peer.isCheckingToken = false;
      refuseToken(peer);
      return undefined;
    }
    // Still being checked while it takes its seat: another token has to wait.
    const seating = isFirst ? takeSeat(peer, user) : undefined;
    if (seating === undefined) return accept(user);
    return seating.then((isSeated) => (isSeated ? accept(user) : undefined));
  };
  peer.isCheckingToken = true;
  try {
    const user: unknown = authenticate?.(token, peer);
    const work = isPromiseLike(user) ? Promise.resolve(user).then(finish) : finish(user);
    return work?.catch((error: unknown) => checkFailed(peer, error));
  } catch (error) {
    checkFailed(peer, error);
    return undefined;
  }
}

function both(
  one: Promise<void> | undefined,
  other: Promise<void> | undefined,
): Promise<void> | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Promise.all([one, other]).then(() => {});
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
  peer.isCheckingToken = false;
  peer.log.error({ err: toError(error) }, "authenticate() failed: closing with 1011");
  peer.raw.close(Disconnects.InternalError);
}

/** A promise while an event of this session, from an earlier connection, is in work. */
function welcome(peer: Peer, frame: HelloFrame): Promise<void> | undefined {
  let resumed = false;
  if (frame.session !== undefined) {
    const { session, resumed: isKnown } = peer.runtime.sessions.open(
      frame.session,
      peer.user?.userId,
      peer.codec,
    );
    // A slow check of a token may let an old connection be late: the client has gone on.
    if (session.user !== undefined && session.user.serial > peer.serial) {
      peer.replaced();
      return undefined;
    }
    session.join(peer)?.replaced();
    peer.session = session;
    if (frame.seen !== undefined) session.forget(frame.seen);
    resumed = isKnown;
  }
  peer.writeFrame({ type: "welcome", connection: peer.id, resumed, ...expiryOf(peer) });
  return peer.session?.busy;
}

/** Tells the application that the connection may talk; a promise while `onOpen` takes its time. */
export function open(peer: Peer): Promise<void> | undefined {
  const { callbacks, deadlines, ownTopics, peers, publisher } = peer.runtime;
  peers.add(peer);
  publisher.opened(peer.codec);
  ownTopics.opened();
  peer.hasOpened = true;
  peer.raw.subscribe(topicOfCodec(peer.codec));
  try {
    const opening: unknown = callbacks.onOpen?.(peer);
    if (!isPromiseLike(opening)) return undefined;
    const opened = deadlines.limit(opening, "The onOpen").then(
      () => {},
      (error: unknown) => openFailed(peer, error),
    );
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
