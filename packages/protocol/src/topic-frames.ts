/** The frames about topics: `docs/reference/wire-protocol.md`, section "Topics". */

/** Where a topic with history stands: its publications are counted from 1, as long as it is not forgotten. */
export interface TopicPosition {
  /** Random name of the count. Another one means that the topic was forgotten and has begun anew. */
  readonly epoch: string;
  /** Number of the last publication. */
  readonly offset: number;
}

/**
 * Why what was published since a position cannot be had:
 * - `expired`: nothing is remembered of the topic
 * - `epoch`: the topic was forgotten meanwhile and has begun anew
 * - `trimmed`: its history does not reach back so far
 * - `ahead`: the topic has not reached this position; its store was replaced by an older one
 * - `limit`: it is more than may be asked for at once
 */
export type RecoveryGap = "expired" | "epoch" | "trimmed" | "ahead" | "limit";

/** Who is present on a topic. */
export interface PresentMember {
  readonly id: string;
  /** As the topic's `presence` schema says. */
  readonly data?: unknown;
}

/**
 * Asks for the publications of a topic; answered with `response` or `error`. With `since`, those that
 * were missed come first.
 */
export interface SubscribeFrame {
  readonly type: "subscribe";
  readonly id: number;
  readonly topic: string;
  /** What was seen last. */
  readonly since?: TopicPosition | undefined;
}

/** `data` of the answer to `subscribe`; there is none for topics without history. */
export interface SubscribeResult {
  /** Where the topic stands now; missing when nothing is remembered of it. */
  readonly position?: TopicPosition;
  /** Answers `since`: whether everything that came after it has been sent before this answer. */
  readonly recovered?: boolean;
  /** Why it was not recovered. */
  readonly gap?: RecoveryGap;
}

/** The opposite; answered with `response`, also when there was no subscription. */
export interface UnsubscribeFrame {
  readonly type: "unsubscribe";
  readonly id: number;
  readonly topic: string;
}

/** A message to the subscribers of a topic. */
export interface PublicationFrame {
  readonly type: "publication";
  readonly topic: string;
  readonly name: string;
  readonly data?: unknown;
  /** Its number, when the topic has a history. */
  readonly offset?: number;
  /** The name of the count, beside the number. */
  readonly epoch?: string;
}

/** Publications of this topic were lost and will not come. */
export interface GapFrame {
  readonly type: "gap";
  readonly topic: string;
}

/** Publishes, where the server allows it; answered with `response` or `error`. Part of the session, as `request` is. */
export interface PublishFrame {
  readonly type: "publish";
  readonly id: number;
  readonly topic: string;
  readonly name: string;
  readonly data?: unknown;
}

/** `data` of the answer to `publish`. */
export interface PublishFrameResult {
  /** Where the publication is, when the topic has a history. */
  readonly position?: TopicPosition;
}

/** Asks who is present on a topic; answered with `response` or `error`. */
export interface PresenceFrame {
  readonly type: "presence";
  readonly id: number;
  readonly topic: string;
}

/** `data` of the answer to `presence`. */
export interface PresenceResult {
  /** In the order in which they joined. */
  readonly members: readonly PresentMember[];
}

/** From the server, to the subscribers of a topic with presence: who has come and gone. */
export interface PresenceChangeFrame {
  readonly type: "presence";
  /** Changes are not asked for. */
  readonly id?: undefined;
  readonly topic: string;
  /** Those who have come. */
  readonly joined?: readonly PresentMember[];
  /** Ids of those who have gone. */
  readonly left?: readonly string[];
}

/** The server has subscribed this connection by itself. */
export interface SubscribedFrame {
  readonly type: "subscribed";
  readonly topic: string;
  /** Where the topic stands, when it has a history. */
  readonly position?: TopicPosition;
}

/** The server has ended a subscription. */
export interface UnsubscribedFrame {
  readonly type: "unsubscribed";
  readonly topic: string;
}
