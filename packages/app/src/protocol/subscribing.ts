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
        peer.writeFrame(
          data === undefined ? { type: "response", id } : { type: "response", id, data },
        );
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

/** Subscribes, from a position on where one is given, and answers in the moment in which that is so. */
function enter(
  peer: Peer,
  topic: string,
  since: TopicPosition | undefined,
  answer: (result: SubscribeResult | undefined) => void,
): Promise<void> | undefined {
  const { node } = peer.runtime.ownTopics;
  if (peer.state === "closed" || node === undefined) return undefined;
  peer.topics ??= new Set();
  if (!peer.topics.has(topic)) {
    peer.topics.add(topic);
    node.retain(topic);
    peer.runtime.presence?.enter(peer, topic);
  }
  const entering = node.recover(topic, since, (recovery) => {
    // It has left while the history was read.
    if (peer.state === "closed" || !peer.topics?.has(topic)) return;
    writeMissed(peer, recovery);
    peer.raw.subscribe(topicOfCodec(peer.codec, topic));
    answer(resultOf(recovery, since, node.policyOf(topic)?.history !== undefined));
  });
  return entering?.catch((error: unknown) => {
    leave(peer, topic);
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

function writeMissed(peer: Peer, { publications }: Recovery): void {
  for (const publication of publications) {
    const isForPeer = peer.runtime.ownTopics.isFor(peer.id, publication);
    const frame = isForPeer ? publicationFrame(publication) : undefined;
    if (frame !== undefined) peer.writeFrame(frame);
  }
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
