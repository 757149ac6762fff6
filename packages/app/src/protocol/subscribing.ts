import { isPromiseLike, type MaybePromise, toError } from "@windlass/core";
import type { ErrorFrame, SubscribeFrame, TopicMatch, UnsubscribeFrame } from "@windlass/protocol";
import { isPublic } from "./failures.ts";
import type { Peer } from "./peer.ts";
import { topicOfCodec } from "./publishing.ts";
import { answerError, countViolation, publicError, wireError } from "./refusals.ts";

/** Answers `subscribe`. A promise, which never rejects, while `authorize` takes its time. */
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
  const finish = (verdict: unknown): void => {
    if (verdict === true) enter(peer, frame);
    else peer.writeFrame(wireError("ERR_TOPIC_REFUSED", id));
  };
  const refuse = (error: unknown): void => {
    answerError(peer, refusalOf(peer, frame, match, error), match.pattern);
  };
  try {
    const verdict: unknown = authorize(peer, match);
    if (isPromiseLike(verdict)) {
      return peer.runtime.deadlines.limit(verdict, "The authorize").then(finish).catch(refuse);
    }
    finish(verdict);
  } catch (error) {
    refuse(error);
  }
  return undefined;
}

/** Answers `unsubscribe`. */
export function unsubscribe(peer: Peer, { id, topic }: UnsubscribeFrame): void {
  if (peer.topics?.delete(topic)) peer.raw.unsubscribe(topicOfCodec(peer.codec, topic));
  peer.writeFrame({ type: "response", id });
}

/** Nobody may have topics of a pattern without a policy. */
function authorize(peer: Peer, { pattern, params }: TopicMatch): MaybePromise<boolean> {
  return peer.runtime.topics.get(pattern)?.authorize(peer, params) ?? false;
}

function enter(peer: Peer, { id, topic }: SubscribeFrame): void {
  if (peer.state === "closed") return;
  peer.topics ??= new Set();
  peer.topics.add(topic);
  peer.raw.subscribe(topicOfCodec(peer.codec, topic));
  peer.writeFrame({ type: "response", id });
}

function refusalOf(
  peer: Peer,
  { id }: SubscribeFrame,
  { pattern }: TopicMatch,
  thrown: unknown,
): ErrorFrame {
  if (isPublic(thrown)) return publicError(id, thrown);
  const message = "authorize() of a topic failed: answering ERR_HANDLER_FAILED";
  peer.log.error({ err: toError(thrown), pattern }, message);
  return wireError("ERR_HANDLER_FAILED", id, { name: pattern });
}
