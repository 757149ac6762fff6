import { App, ProtocolComponent } from "@windlass/app";
import { RedisBroker, type RedisBrokerOptions } from "@windlass/broker-redis";
import { defineProtocol } from "@windlass/protocol";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { MemoryLogger } from "./memory-logger.ts";

/** Feeds with history and presence. */
export const feedProtocol = defineProtocol({
  client: { ready: z.void() },
  server: { told: z.object({ text: z.string() }) },
  topics: {
    "feed/:name": {
      events: { entry: z.object({ number: z.int() }) },
      history: { size: 20_000, ttlMs: 600_000 },
      presence: z.object({ nick: z.string() }),
    },
  },
});

type FeedComponent = ProtocolComponent<typeof feedProtocol>;

/** One node: an App with a broker, whose connections say who they are in the query. */
export interface FeedNode {
  readonly app: App;
  readonly feeds: FeedComponent;
  readonly url: string;
  readonly log: MemoryLogger;
}

/** Starts a node, and stops it when the test is over. */
export async function startNode(
  options: RedisBrokerOptions,
  appOptions: ConstructorParameters<typeof App>[3] = {},
): Promise<FeedNode> {
  const log = new MemoryLogger();
  const broker = new RedisBroker(options);
  const app = new App("localhost", 0, "127.0.0.1", { broker, logger: log, ...appOptions });
  const feeds: FeedComponent = new ProtocolComponent(feedProtocol, {
    handlers: { ready: () => {} },
    topics: {
      "feed/:name": {
        authorize: () => true,
        member: ({ user }) => ({ nick: user?.userId ?? "nobody" }),
      },
    },
  });
  app.route("/feeds", feeds, ["*"], {
    missingOrigin: "allow",
    authenticate: ({ query }) => {
      const userId = query.get("user");
      const tokenId = query.get("token");
      return userId ? { userId, ...(tokenId && { tokenId }) } : null;
    },
  });
  const { port } = await app.run();
  onTestFinished(() => app.close({ graceMs: 1_000 }));
  return { app, feeds, url: `ws://localhost:${port}/feeds`, log };
}
