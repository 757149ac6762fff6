import { createHash } from "node:crypto";
import type { TopicPolicy } from "@windlass/core";

/** Presence topic of everybody who is connected; members are users. */
export const onlineTopic = "$online";

/** What nodes tell each other about connections of users. */
export const commandTopic = "$users";

/** Which tokens are no longer good. */
export const revokedTopic = "$revoked";

const prefix = "$user/";
const maxTopicLength = 255;

/** The topic of what is sent to a user. Names that are too long, or no Unicode, go by their hash. */
export function topicOfUser(userId: string): string {
  const topic = userId.isWellFormed() ? prefix + encodeURIComponent(userId) : "";
  if (topic !== "" && topic.length <= maxTopicLength) return topic;
  // No encoded name has a % in front of anything but two digits.
  return `${prefix}%hash-${createHash("sha256").update(userId, "utf16le").digest("base64url")}`;
}

/**
 * Commands are kept for a while: a node whose link to the broker was cut gets them when it is back.
 */
export const commandPolicy: TopicPolicy = {
  history: { size: 10_000, ttlMs: 600_000, positionTtlMs: 3_600_000 },
  isLastValue: false,
  slowConsumer: undefined,
};
