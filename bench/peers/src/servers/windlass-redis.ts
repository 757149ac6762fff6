import { RedisBroker } from "@windlass/broker-redis";
import { startRedis } from "./redis.ts";
import { serve } from "./windlass-routes.ts";

/** As `windlass-history`, with the history in a Redis of its own: a publication takes the way over it. */
const url = await startRedis();
await serve({ isKept: true, broker: new RedisBroker({ url }) });
