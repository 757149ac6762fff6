import { describe } from "vitest";
import type { HistoryBroker } from "../contract/broker.ts";
import { MemoryBroker } from "../pubsub/memory-broker.ts";
import { describeHistory } from "./describe-history.ts";
import { itFindsFaults, spoiled } from "./faults.test-helper.ts";
import {
  clusterFaults,
  handoverFaults,
  historyFaults,
  publishFaults,
  timeFaults,
} from "./history-faults.test-helper.ts";
import { BrokerNode } from "./in-process-nodes.test-helper.ts";
import { ManualClock } from "./manual-clock.ts";

describe("describeHistory finds a broker that", () => {
  itFindsFaults<HistoryBroker>(
    (fault, runner) => {
      const clock = new ManualClock();
      const node = (shared: HistoryBroker) => spoiled(new BrokerNode(shared), fault);
      const share = (other: HistoryBroker) => node((other as BrokerNode).shared);
      describeHistory("it", () => node(new MemoryBroker({ clock })), runner, {
        advance: (ms) => clock.advance(ms),
        join: share,
        reopen: share,
        leftovers: (broker) => {
          const { topicCount, historyCount } = (broker as BrokerNode).shared as MemoryBroker;
          return topicCount + historyCount;
        },
      });
    },
    { ...publishFaults, ...historyFaults, ...timeFaults, ...handoverFaults, ...clusterFaults },
  );
});
