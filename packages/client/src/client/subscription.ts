import type {
  EventDefinitions,
  Received,
  RecoveryGap,
  Sent,
  TopicDefinition,
  TopicPosition,
} from "@windlass/protocol";

/** Listeners by the names of what is published to a topic. */
export type TopicListeners<Events extends EventDefinitions> = {
  readonly [Name in keyof Events]?: (data: Received<Events[Name]>) => void;
};

/** What became of the publications that a subscriber has missed. */
export interface RecoveryOutcome {
  /** Whether all of them have been handed to the listeners; otherwise some are lost. */
  readonly recovered: boolean;
  /** Why they are lost, where that is known. */
  readonly gap?: RecoveryGap | undefined;
}

/** Options of `subscribe()`. */
export interface SubscribeOptions {
  /**
   * Where to go on, for a page that has kept the `position` of an earlier subscription: what was
   * published since comes first. Default: from now on.
   */
  readonly since?: TopicPosition | undefined;
  /**
   * Called after each return to a topic with history, when what was missed has been handed to the
   * listeners, or is lost; and when publications were lost in between.
   */
  readonly onRecovered?: ((outcome: RecoveryOutcome) => void) | undefined;
}

/** The publications of one topic, as long as they are wanted. */
export interface Subscription<Topic extends TopicDefinition = TopicDefinition> {
  /** The topic as it is on the wire: `room/lobby`. */
  readonly topic: string;

  /**
   * Resolves when the server has accepted the topic. Rejects when it refuses, and when the topic is
   * unsubscribed or the client closed before that. Nobody has to look at it: refusals go to
   * `onError()`, too.
   */
  readonly ready: Promise<void>;

  /**
   * Up to where publications have been handed to the listeners; `undefined` before `ready` and for topics
   * without history. Pass it as `since` to go on from here later, also on another page.
   */
  readonly position: TopicPosition | undefined;

  /**
   * Publishes, where the server allows it: as soon as there is a connection, and once, as `send()` does.
   * Nobody has to look at the promise: failures go to `onError()`, too.
   *
   * @returns where the publication is, when the topic has a history
   * @throws ProtocolError what the server answered, such as `ERR_PUBLISH_REFUSED`, or what `send()` throws
   */
  publish<Name extends keyof Topic["events"] & string>(
    name: Name,
    data: Sent<Topic["events"][Name]>,
  ): Promise<TopicPosition | undefined>;

  /** Ends it. More than once is nothing. */
  unsubscribe(): void;
}
