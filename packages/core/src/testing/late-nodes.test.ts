import { setImmediate as turn } from "node:timers/promises";
import { describe, it } from "vitest";
import type { HistoryBroker } from "../contract/broker.ts";
import type { MemoryPresence } from "../presence/memory-presence.ts";
import { MemoryBroker } from "../pubsub/memory-broker.ts";
import { describeBroker } from "./describe-broker.ts";
import { describeHistory } from "./describe-history.ts";
import { describePresence } from "./describe-presence.ts";
import { LateBrokerNode, LatePresenceNode } from "./late-nodes.test-helper.ts";
import { ManualClock } from "./manual-clock.ts";

// The suites must not take for granted that anything happens within a call.
const clock = new ManualClock();
const share = ({ shared }: LateBrokerNode): LateBrokerNode => new LateBrokerNode(shared);
const options = {
  async advance(ms: number): Promise<void> {
    clock.advance(ms);
    await turn();
  },
  join: share,
  reopen: share,
  leftovers: ({ shared }: LateBrokerNode): number => leftoversOf(shared),
};
const create = (): LateBrokerNode => new LateBrokerNode(new MemoryBroker({ clock }));

function leftoversOf(shared: HistoryBroker): number {
  const { topicCount, historyCount, idempotencyKeyCount } = shared as MemoryBroker;
  return topicCount + historyCount + idempotencyKeyCount;
}

describeBroker("A cluster that answers late", create, { describe, it }, options);
describeHistory("A cluster that answers late", create, { describe, it }, options);
describePresence(
  "A cluster that answers late",
  () => new LatePresenceNode(),
  { describe, it },
  {
    advance: () => turn(),
    join: ({ shared }) => new LatePresenceNode(shared),
    kill: (node) => node.close(),
    leftovers: ({ shared }) => {
      const { topicCount, watchedCount } = shared as MemoryPresence;
      return topicCount + watchedCount;
    },
  },
);
