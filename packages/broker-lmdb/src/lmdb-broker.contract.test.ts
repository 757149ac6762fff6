import { setTimeout as wait } from "node:timers/promises";
import { describeBroker, describeHistory, ManualClock } from "@windlass/core/testing";
import { describe, it } from "vitest";
import { LmdbBroker } from "./lmdb-broker.ts";
import { tempFolder } from "./temp-folder.test-helper.ts";

const clock = new ManualClock(1_000);
const paths = new WeakMap<LmdbBroker, string>();

function create(path: string = tempFolder()): LmdbBroker {
  const broker = new LmdbBroker({ path, clock, sweepIntervalMs: 50 });
  paths.set(broker, path);
  return broker;
}

const options = {
  async advance(ms: number) {
    clock.advance(ms);
    // What the clock has set off is written to a disk, which takes real time.
    await wait(1);
  },
  leftovers: (broker: LmdbBroker) => broker.recordCount + broker.topicCount,
  reopen: (closed: LmdbBroker) => create(paths.get(closed)),
};

describeBroker("LmdbBroker", create, { describe, it }, options);
const runs = process.env["WINDLASS_TEST_LONG"] === undefined ? 10 : 200;
describeHistory("LmdbBroker", create, { describe, it }, { ...options, runs });
