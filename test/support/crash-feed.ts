import { defineProtocol } from "@windlass/protocol";
import { z } from "zod";

/** Numbers, all of them kept. */
export const crashFeed = defineProtocol({
  topics: {
    feed: { events: { entry: z.int() }, history: { size: 1_000_000, ttlMs: 3_600_000 } },
  },
});
