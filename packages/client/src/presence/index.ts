import type { Received, TopicDefinition } from "@windlass/protocol";
import type { RequestOptions } from "../client/protocol-client.ts";
import type { Subscription } from "../client/subscription.ts";
import { type AnySubscription, inside } from "../client/subscriptions.ts";
import { type Member, MemberList, membersOf, type PresenceEvent } from "./members.ts";

export type { Member, PresenceEvent } from "./members.ts";

/** A topic that has members. */
export interface TopicWithPresence extends TopicDefinition {
  readonly presence: NonNullable<TopicDefinition["presence"]>;
}

/** Who is present on the topic of a subscription. */
export interface Presence<Data = unknown> {
  /**
   * Asks who is present, in the order in which they joined.
   *
   * @throws ProtocolError what the server answered, such as `ERR_PRESENCE_REFUSED`, or what `request()`
   *   throws
   */
  members(options?: RequestOptions): Promise<readonly Member<Data>[]>;

  /**
   * Calls `listener` with all who are present, after each subscribing and whenever somebody has come or
   * gone. Returns what ends that; so does `unsubscribe()`.
   */
  onChange(listener: (event: PresenceEvent<Data>) => void): () => void;
}

/**
 * Who is present on the topic of a subscription: an entry of its own, so that only those load it who
 * need it.
 *
 * @example
 * const lobby = client.subscribe("room/:name", { name: "lobby" }, {});
 * presence(lobby).onChange(({ members }) => show(members.length));
 */
export function presence<Topic extends TopicWithPresence>(
  subscription: Subscription<Topic>,
): Presence<Received<Topic["presence"]>> {
  const insides = (subscription as unknown as AnySubscription)[inside];
  const { topic: name } = subscription;
  const { topic, outbox, options, removers } = insides;
  const watched: Presence = {
    async members({ timeoutMs = options.requestTimeoutMs ?? 10_000, signal } = {}) {
      return membersOf(
        await outbox.deliver({ type: "presence", topic: name, timeoutMs, signal }),
        insides,
      );
    },
    onChange(listener) {
      const list = new MemberList(name, insides, listener);
      const remove = topic.presence.add((change) => {
        if (change === undefined) list.ask();
        else list.changed(change);
      });
      const stop = (): void => {
        remove();
        list.stop();
        const index = removers.indexOf(stop);
        if (index >= 0) removers.splice(index, 1);
      };
      removers.push(stop);
      list.ask();
      return stop;
    },
  };
  return watched as Presence<Received<Topic["presence"]>>;
}
