import { describe, it } from "vitest";
import { describePresence } from "../testing/describe-presence.ts";
import { MemoryPresence } from "./memory-presence.ts";

const leftovers = (store: MemoryPresence): number => store.topicCount + store.watchedCount;

describePresence(
  "MemoryPresence",
  () => new MemoryPresence(),
  { describe, it },
  { leftovers, runs: 100 },
);
