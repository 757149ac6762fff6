import { describe, it } from "vitest";
import { describeBroker } from "../testing/describe-broker.ts";
import { describeHistory } from "../testing/describe-history.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { MemoryBroker } from "./memory-broker.ts";

const clock = new ManualClock();
const create = (): MemoryBroker => new MemoryBroker({ clock });
const options = {
  advance: (ms: number): void => clock.advance(ms),
  leftovers: (broker: MemoryBroker): number =>
    broker.topicCount + broker.historyCount + broker.idempotencyKeyCount + clock.pendingTimers,
};

describeBroker("MemoryBroker", create, { describe, it }, options);
describeHistory("MemoryBroker", create, { describe, it }, { ...options, runs: 100 });
