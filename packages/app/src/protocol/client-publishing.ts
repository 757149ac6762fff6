import { isPromiseLike, type MaybePromise, toError } from "@windlass/core";
import {
  type PublishFrame,
  type PublishFrameResult,
  schemaOf,
  type TopicMatch,
} from "@windlass/protocol";
import { isPublic } from "./failures.ts";
import type { Peer } from "./peer.ts";
import { answerError, countViolation, publicError, wireError } from "./refusals.ts";
import { parse } from "./run-message.ts";

/** Answers `publish`. A promise, which never rejects, while what comes behind it has to wait. */
export function publishForClient(peer: Peer, frame: PublishFrame): Promise<void> | undefined {
  const { id } = frame;
  try {
    const publishing = publish(peer, frame);
    if (publishing === undefined) return undefined;
    peer.session?.started(id);
    const settling = publishing
      .then((data) => peer.answer(id, { type: "response", id, data }))
      .catch((error: unknown) => failed(peer, frame, error));
    peer.session?.occupy(settling);
    return settling;
  } catch (error) {
    failed(peer, frame, error);
    return undefined;
  }
}

/** `undefined` when it was refused, and answered. */
function publish(peer: Peer, frame: PublishFrame): Promise<PublishFrameResult> | undefined {
  const { id, topic, name } = frame;
  const match = peer.runtime.topicPatterns.match(topic);
  if (match === undefined) {
    peer.answer(id, wireError("ERR_TOPIC_UNKNOWN", id));
    countViolation(peer, "ERR_TOPIC_UNKNOWN");
    return undefined;
  }
  const { events } = peer.runtime.protocol.topics[match.pattern] ?? { events: {} };
  const payload = Object.hasOwn(events, name) ? events[name] : undefined;
  if (payload === undefined) {
    const details = { kind: "publication", name: name.slice(0, 64) };
    peer.answer(id, wireError("ERR_NAME_UNKNOWN", id, details, details));
    countViolation(peer, "ERR_NAME_UNKNOWN");
    return undefined;
  }
  // What is published is what came: a transform of the schema is for those who read it.
  const parsed = parse(peer, { schema: schemaOf(payload) }, frame);
  if (parsed === undefined) return undefined;
  const finish = (verdict: unknown): Promise<PublishFrameResult> =>
    publishNow(peer, frame, verdict);
  const verdict: unknown = mayPublish(peer, match, name, parsed.data);
  if (!isPromiseLike(verdict)) return finish(verdict);
  return peer.runtime.deadlines.limit(verdict, "The publish policy").then(finish);
}

/** Nobody may publish where no policy says so. */
function mayPublish(
  peer: Peer,
  { pattern, params }: TopicMatch,
  name: string,
  data: unknown,
): MaybePromise<boolean> {
  return peer.runtime.topics.get(pattern)?.publish?.(peer, params, name, data) ?? false;
}

async function publishNow(
  peer: Peer,
  { topic, name, data }: PublishFrame,
  verdict: unknown,
): Promise<PublishFrameResult> {
  if (verdict !== true) throw new PublishRefusedError();
  const publishing = peer.runtime.ownTopics.publish(topic, name, data, {});
  const { position } = await peer.runtime.deadlines.limit(publishing, "The publishing");
  return position === undefined ? {} : { position };
}

/** The policy has said no. */
class PublishRefusedError extends Error {}

function failed(peer: Peer, { id, topic, name }: PublishFrame, thrown: unknown): void {
  if (thrown instanceof PublishRefusedError) {
    peer.answer(id, wireError("ERR_PUBLISH_REFUSED", id));
    return;
  }
  if (isPublic(thrown)) {
    answerError(peer, publicError(id, thrown), name);
    return;
  }
  const message = "publishing for a client failed: answering ERR_HANDLER_FAILED";
  peer.log.error({ err: toError(thrown), topic }, message);
  peer.answer(id, wireError("ERR_HANDLER_FAILED", id, { name }));
}
