import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { startRedis } from "./redis.ts";
import { serveSocketIo } from "./socket-io-routes.ts";

/**
 * As `socket.io`, with its Redis adapter: what goes to the room goes to Redis, too, for other nodes. It is
 * delivered here without waiting for that, and nothing is kept.
 */
const publisher = createClient({ url: await startRedis() });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);
serveSocketIo({ adapter: createAdapter(publisher, subscriber) });
