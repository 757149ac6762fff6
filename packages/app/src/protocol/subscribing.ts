import { isPromiseLike, type MaybePromise, type Recovery, toError } from "@windlass/core";
import type {
  ErrorFrame,
  SubscribeFrame,
  SubscribeResult,
  TopicMatch,
  TopicPosition,
  UnsubscribeFrame,
} from "@windlass/protocol";
import { isPublic } from "./failures.ts";
import type { Peer } from "./peer.ts";
import { publicationFrame } from "./publication-frames.ts";
import { topicOfCodec } from "./publishing.ts";
import { answerError, countViolation, publicError, wireError } from "./refusals.ts";
import type { EncodedFrame } from "./session.ts";

/** Answers `subscribe`. A promise, which never rejects, while that takes its time. */
export function subscribe(peer: Peer, frame: SubscribeFrame): Promise<void> | undefined {
  const { id, topic } = frame;
  const match = peer.runtime.topicPatterns.match(topic);
  if (match === undefined) {
    peer.writeFrame(wireError("ERR_TOPIC_UNKNOWN", id));
    countViolation(peer, "ERR_TOPIC_UNKNOWN");
    return undefined;
  }
  const max = peer.runtime.options.maxSubscriptions;
  if ((peer.topics?.size ?? 0) >= max && !peer.topics?.has(topic)) {
    peer.writeFrame(wireError("ERR_TOO_MANY_TOPICS", id, { max }, { max }));
    return undefined;
  }
  const finish = (verdict: unknown): Promise<void> | undefined => {
    if (verdict === true) {
      return enter(peer, topic, frame.since, (data) => {
        if (data === "left") peer.writeFrame(wireError("ERR_TOPIC_REFUSED", id));
        else peer.writeFrame({ type: "response", id, ...(data !== undefined && { data }) });
      });
    }
    peer.writeFrame(wireError("ERR_TOPIC_REFUSED", id));
    return undefined;
  };
  const refuse = (error: unknown): void => {
    answerError(peer, refusalOf(peer, id, match, error), match.pattern);
  };
  try {
    const verdict: unknown = authorize(peer, topic, match);
    const entering = isPromiseLike(verdict)
      ? peer.runtime.deadlines.limit(verdict, "The authorize").then(finish)
      : finish(verdict);
    return entering?.catch(refuse);
  } catch (error) {
    refuse(error);
    return undefined;
  }
}

/** Answers `unsubscribe`. */
export function unsubscribe(peer: Peer, { id, topic }: UnsubscribeFrame): void {
  leave(peer, topic);
  peer.writeFrame({ type: "response", id });
}

/**
 * The server itself subscribes a connection. A promise while that takes its time.
 *
 * @throws WindlassError (as a rejection) `ERR_BROKER_UNAVAILABLE`
 */
export function subscribeByServer(peer: Peer, topic: string): Promise<void> | undefined {
  return enter(peer, topic, undefined, (result) => {
    if (result === "left") return;
    const position = result?.position;
    peer.writeFrame({ type: "subscribed", topic, ...(position !== undefined && { position }) });
  });
}

/** The server ends a subscription. Whether there was one. */
export function unsubscribeByServer(peer: Peer, topic: string): boolean {
  if (!leave(peer, topic)) return false;
  peer.writeFrame({ type: "unsubscribed", topic });
  return true;
}

/** The connection is gone, and with it its subscriptions. */
export function leaveAll(peer: Peer): void {
  for (const topic of peer.topics ?? []) leave(peer, topic);
}

/** Nobody may have topics of a pattern without a policy, unless the server has subscribed them itself. */
function authorize(peer: Peer, topic: string, match: TopicMatch): MaybePromise<boolean> {
  const { pattern, params } = match;
  if (peer.topics?.has(topic)) return true;
  return peer.runtime.topics.get(pattern)?.authorize(peer, params) ?? false;
}

/**
 * Subscribes, from a position on where one is given, and answers in the moment in which that is so; with
 * `left` when the subscription has been ended meanwhile.
 */
function enter(
  peer: Peer,
  topic: string,
  since: TopicPosition | undefined,
  answer: (result: SubscribeResult | "left" | undefined) => void,
): Promise<void> | undefined {
  const { node } = peer.runtime.ownTopics;
  if (peer.state === "closed" || node === undefined) return undefined;
  peer.topics ??= new Set();
  const isNew = !peer.topics.has(topic);
  if (isNew) {
    peer.topics.add(topic);
    node.retain(topic);
    peer.runtime.presence?.enter(peer, topic);
  }
  let isGivenUp = false;
  const entering = node.recover(topic, since, (recovery) => {
    if (peer.state === "closed" || isGivenUp) return;
    if (!peer.topics?.has(topic)) {
      answer("left");
      return;
    }
    const isWhole = writeMissed(peer, recovery);
    peer.raw.subscribe(topicOfCodec(peer.codec, topic));
    const hasHistory = node.policyOf(topic)?.history !== undefined;
    answer(resultOf(isWhole ? recovery : { ...recovery, gap: "limit" }, since, hasHistory));
  });
  if (entering === undefined) return undefined;
  return peer.runtime.deadlines.limit(entering, "The subscription").catch((error: unknown) => {
    isGivenUp = true;
    // One that was there before stays.
    if (isNew) leave(peer, topic);
    throw error;
  });
}

/** Ends a subscription. Whether there was one. */
function leave(peer: Peer, topic: string): boolean {
  if (!peer.topics?.delete(topic)) return false;
  peer.raw.unsubscribe(topicOfCodec(peer.codec, topic));
  peer.runtime.presence?.leave(peer, topic);
  peer.runtime.ownTopics.node?.release(topic);
  return true;
}

/** Whether all of it was sent; otherwise none of it was, because it does not fit into the buffer. */
function writeMissed(peer: Peer, { publications }: Recovery): boolean {
  const frames: EncodedFrame[] = [];
  let bytes = 0;
  for (const publication of publications) {
    const isForPeer = peer.runtime.ownTopics.isFor(peer.id, publication);
    const frame = isForPeer ? publicationFrame(publication) : undefined;
    if (frame === undefined) continue;
    const encoded = peer.codec.encode(frame);
    bytes += Buffer.byteLength(encoded);
    frames.push(encoded);
  }
  if (bytes + peer.raw.bufferedBytes > peer.runtime.maxRecoveryBytes) return false;
  for (const frame of frames) peer.write(frame);
  return true;
}

function resultOf(
  { position, gap }: Recovery,
  since: TopicPosition | undefined,
  hasHistory: boolean,
): SubscribeResult | undefined {
  if (!hasHistory && since === undefined) return undefined;
  return {
    ...(position !== undefined && { position }),
    ...(since !== undefined && { recovered: gap === undefined }),
    ...(gap !== undefined && { gap }),
  };
}

function refusalOf(peer: Peer, id: number, { pattern }: TopicMatch, thrown: unknown): ErrorFrame {
  if (isPublic(thrown)) return publicError(id, thrown);
  const message = "subscribing to a topic failed: answering ERR_HANDLER_FAILED";
  peer.log.error({ err: toError(thrown), pattern }, message);
  return wireError("ERR_HANDLER_FAILED", id, { name: pattern });
}
