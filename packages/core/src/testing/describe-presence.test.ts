import { describe } from "vitest";
import type { PresenceStore } from "../contract/presence.ts";
import { MemoryPresence } from "../presence/memory-presence.ts";
import { describePresence } from "./describe-presence.ts";
import { itFindsFaults, spoiled } from "./faults.test-helper.ts";
import { PresenceNode } from "./in-process-nodes.test-helper.ts";
import { joinFaults, listFaults } from "./presence-faults.test-helper.ts";
import { clusterFaults, limitFaults, watchFaults } from "./presence-node-faults.test-helper.ts";

describe("describePresence finds a store that", () => {
  itFindsFaults<PresenceStore>(
    (fault, runner) => {
      const node = (shared: PresenceStore) => spoiled(new PresenceNode(shared), fault);
      describePresence("it", () => node(new MemoryPresence()), runner, {
        advance: async () => {},
        join: (first) => node((first as PresenceNode).shared),
        kill: (dead) => dead.close(),
        leftovers: (store) => {
          const { topicCount, watchedCount } = (store as PresenceNode).shared as MemoryPresence;
          return topicCount + watchedCount;
        },
      });
    },
    { ...joinFaults, ...listFaults, ...watchFaults, ...limitFaults, ...clusterFaults },
  );
});
