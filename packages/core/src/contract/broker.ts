/** A message published to a topic, on its way to the subscribers of every node. */
export interface Publication {
  readonly topic: string;
  readonly data: string | Uint8Array;
}

/** Called by a broker for each publication of a subscribed topic. Must not throw. */
export type PublicationListener = (publication: Publication) => void;

/**
 * Carries publications between nodes. Obligations:
 *
 * - A publication reaches every listener subscribed when `publish` was called, once, also those of
 *   the publishing node.
 * - Publications of one publisher to one topic arrive in the order of the `publish` calls.
 * - `publish` resolves when the broker has taken responsibility, and rejects when it has not; nothing is
 *   swallowed.
 * - Bytes handed to `publish` are copied or sent before it resolves; the caller may reuse them then.
 * - After `unsubscribe` has resolved, the listener is not called again.
 */
export interface Broker {
  publish(publication: Publication): Promise<void>;
  subscribe(topic: string, listener: PublicationListener): Promise<void>;
  unsubscribe(topic: string, listener: PublicationListener): Promise<void>;
  /** Lets go of timers and connections. Resolves when nothing is left open. */
  close(): Promise<void>;
}
