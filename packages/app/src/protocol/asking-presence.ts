import { toError } from "@windlass/core";
import type { PresenceFrame, PresenceResult } from "@windlass/protocol";
import type { Peer } from "./peer.ts";
import { countViolation, wireError } from "./refusals.ts";

/** Answers `presence`, to those who are subscribed. A promise, which never rejects. */
export function tellPresence(peer: Peer, frame: PresenceFrame): Promise<void> | undefined {
  const { id, topic } = frame;
  const match = peer.runtime.topicPatterns.match(topic);
  if (match === undefined) {
    peer.writeFrame(wireError("ERR_TOPIC_UNKNOWN", id));
    countViolation(peer, "ERR_TOPIC_UNKNOWN");
    return undefined;
  }
  const { presence } = peer.runtime;
  const hasPresence = peer.runtime.protocol.topics[match.pattern]?.presence !== undefined;
  if (presence === undefined || !hasPresence || !peer.topics?.has(topic)) {
    peer.writeFrame(wireError("ERR_PRESENCE_REFUSED", id));
    return undefined;
  }
  const asking = presence.members(peer, topic, peer.runtime.options.maxPresenceMembers);
  return peer.runtime.deadlines
    .limit(asking, "The presence")
    .then((members) => {
      const data: PresenceResult = { members };
      peer.writeFrame({ type: "response", id, data });
    })
    .catch((error: unknown) => {
      const message = "the presence on a topic could not be read: answering ERR_HANDLER_FAILED";
      peer.log.error({ err: toError(error), topic }, message);
      peer.writeFrame(wireError("ERR_HANDLER_FAILED", id, { name: topic }));
    });
}
