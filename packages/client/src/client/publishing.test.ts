import { describe, expect, it } from "vitest";
import type { chat } from "../client-stage.test-helper.ts";
import { ClientStage, rejection, type StageOptions } from "../client-stage.test-helper.ts";
import { settled } from "../fake-network.test-helper.ts";
import type { Subscription } from "../index.ts";

type FeedTopic = (typeof chat)["topics"]["feed"];

/** A client that has subscribed to a topic, with the id 1. */
function opened(options?: StageOptions): readonly [ClientStage, Subscription<FeedTopic>] {
  const stage = ClientStage.opened(options);
  return [stage, stage.client.subscribe("feed", {}, {})];
}

describe("publish", () => {
  it("writes what the schema says, and resolves with where the publication is", async () => {
    const [stage, feed] = opened();
    const position = { epoch: "e", offset: 5 };
    const published = feed.publish("paid", new Date(0));
    expect(stage.socket.frames[2]).toEqual({
      type: "publish",
      id: 2,
      topic: "feed",
      name: "paid",
      data: "1970-01-01T00:00:00.000Z",
    });
    stage.socket.receiveFrame({ type: "response", id: 2, data: { position } });
    expect(await published).toEqual(position);
    const again = feed.publish("item", 1);
    stage.socket.receiveFrame({ type: "response", id: 3 });
    expect(await again).toBeUndefined();
  });

  it("rejects with the server's error and reports it, and need not be looked at", async () => {
    const [stage, feed] = opened();
    const published = feed.publish("item", 1);
    const error = { type: "error", id: 2, code: "ERR_PUBLISH_REFUSED", message: "No." };
    stage.socket.receiveFrame(error);
    await settled();
    expect(stage.codes).toEqual(["ERR_PUBLISH_REFUSED"]);
    expect(await rejection(published)).toBe("ERR_PUBLISH_REFUSED");
  });

  it("is sent again with its id and before anything new, until it is answered", async () => {
    const [stage, feed] = opened();
    stage.socket.receiveFrame({ type: "response", id: 1 });
    const published = feed.publish("item", 1);
    await stage.lose();
    void feed.publish("item", 2);
    stage.socket.welcome();
    const sent = stage.socket.frames.map(({ type, id, data }) => [type, id, data]);
    expect(sent.slice(1)).toEqual([
      ["publish", 2, 1],
      ["subscribe", 4, undefined],
      ["publish", 3, 2],
    ]);
    stage.socket.receiveFrame({ type: "response", id: 2 });
    await published;
  });

  it("is given up as an event is, and not cancelled: it may take effect", async () => {
    const [stage, feed] = opened({ queue: { expireMs: 60_000 }, heartbeat: false });
    const published = rejection(feed.publish("item", 1));
    stage.clock.advance(60_000);
    expect(await published).toBe("ERR_MESSAGE_EXPIRED");
    expect(stage.socket.idsOf("cancel")).toEqual([]);
  });

  it("refuses data that does not fit, and names that are none", async () => {
    const [stage, feed] = opened();
    expect(await rejection(feed.publish("paid", new Date(Number.NaN)))).toBe("ERR_DATA_INVALID");
    expect(await rejection(feed.publish("toString" as "item", 1))).toBe("ERR_NAME_UNKNOWN");
    expect(stage.codes).toEqual(["ERR_DATA_INVALID", "ERR_NAME_UNKNOWN"]);
    expect(stage.socket.idsOf("publish")).toEqual([]);
  });

  it("needs no subscription that lasts", async () => {
    const [stage, feed] = opened();
    feed.unsubscribe();
    void feed.publish("item", 1);
    expect(stage.socket.idsOf("publish")).toEqual(["3 item"]);
    stage.client.close();
    expect(await rejection(feed.publish("item", 2))).toBe("ERR_CONNECTION_CLOSED");
  });
});
