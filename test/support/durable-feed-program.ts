import { App, ProtocolComponent } from "@windlass/app";
import { LmdbBroker } from "@windlass/broker-lmdb";
import { RedisBroker } from "@windlass/broker-redis";
import { crashFeed } from "./crash-feed.ts";

/**
 * A node that publishes numbers to one topic as fast as they are acknowledged, and writes down each that
 * was. It goes on where the history ends, so that it can be killed at any time.
 */
const { PORT = "0", STORE, REDIS_URL } = process.env;
const broker =
  STORE === undefined ? new RedisBroker({ url: REDIS_URL ?? "" }) : new LmdbBroker({ path: STORE });
const app = new App("localhost", Number(PORT), "127.0.0.1", {
  broker,
  logLevel: "warn",
  maxRecoveredPublications: 1_000_000,
});
const component = new ProtocolComponent(crashFeed, { topics: { feed: { authorize: () => true } } });
app.route("/", component, ["*"], { missingOrigin: "allow" });
const { url } = await app.run();
process.stdout.write(`${url}\n`);

const page = await component.history("feed", {}, { limit: 1, isReversed: true });
let number = page.position?.offset ?? 0;
for (;;) {
  number += 1;
  const { position } = await component.publish("feed", {}, "entry", number);
  process.stdout.write(`ack ${position?.offset} ${number}\n`);
}
