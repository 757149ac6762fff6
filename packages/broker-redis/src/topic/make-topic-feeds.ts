import type { BrokerHost } from "@windlass/core";
import type { OpenBackend } from "../backend.ts";
import { problemOf } from "../link/link-error.ts";
import type { Settings } from "../settings.ts";
import { HeldBudget } from "./held-publications.ts";
import { HistoryReader } from "./read-history.ts";
import { TopicFeed } from "./topic-feed.ts";
import { TopicKeys } from "./topic-keys.ts";

/** Makes the feed of a topic, as this node needs it. */
export function makeTopicFeeds(
  { commander, feeds, warnings }: OpenBackend,
  { keyPrefix, maxHeldBytes, secrets }: Settings,
  host: BrokerHost,
): (topic: string) => TopicFeed {
  const budget = new HeldBudget(maxHeldBytes);
  return (topic) => {
    const warn = (error: unknown, message: string): void => {
      warnings.warn({ topic, problem: problemOf(error, secrets) }, message);
    };
    const keys = new TopicKeys(keyPrefix, topic);
    const reader = new HistoryReader(commander, topic, keys);
    const feed: TopicFeed = new TopicFeed(topic, keys, reader, budget, {
      onGap: () => {
        warnings.warn(
          { topic },
          "publications are lost for this node: the history has them no more",
        );
        host.onGap(topic);
      },
      onUnreadable: (error) => warn(error, "a publication cannot be read"),
      onListenerError: (error) => warn(error, "a listener has thrown"),
      onStuck: (error) => {
        warn(error, "what was missed cannot be read; trying again");
        feeds.repair(feed);
      },
    });
    return feed;
  };
}
