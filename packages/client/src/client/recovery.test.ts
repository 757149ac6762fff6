import { describe, expect, it } from "vitest";
import { ClientStage } from "../client-stage.test-helper.ts";
import { Feed } from "../feed-stage.test-helper.ts";

describe("the position of a subscription", () => {
  it("is that of the answer, and then that of the last publication", () => {
    const feed = new Feed(ClientStage.opened());
    expect(feed.asked).toEqual([undefined]);
    expect(feed.subscription.position).toBeUndefined();
    feed.answer({ position: { epoch: "e", offset: 4 } });
    expect(feed.subscription.position).toEqual({ epoch: "e", offset: 4 });
    feed.publish(5);
    feed.publish(9);
    expect(feed.subscription.position).toEqual({ epoch: "e", offset: 9 });
    expect(feed.seen).toEqual([5, 9]);
  });

  it("begins anew with the publication that has an epoch", () => {
    const feed = Feed.at("e", 4);
    feed.publish(1, { offset: 1, epoch: "f" });
    feed.publish(2);
    expect(feed.subscription.position).toEqual({ epoch: "f", offset: 2 });
    expect(feed.seen).toEqual([1, 2]);
  });

  it("is before the first publication when nothing is remembered of the topic", async () => {
    const feed = new Feed(ClientStage.opened());
    feed.answer({});
    expect(feed.subscription.position).toEqual({ epoch: "", offset: 0 });
    await feed.stage.reconnect();
    expect(feed.asked).toEqual([{ epoch: "", offset: 0 }]);
    feed.publish(1, { offset: 1, epoch: "e" });
    feed.answer({ position: { epoch: "e", offset: 1 }, recovered: true });
    expect(feed.seen).toEqual([1, { recovered: true }]);
  });

  it("is none without history, and nothing is asked for then", async () => {
    const feed = new Feed(ClientStage.opened());
    feed.answer();
    feed.publish(1, {});
    await feed.stage.reconnect();
    expect(feed.asked).toEqual([undefined]);
    feed.publish(2, {});
    feed.answer();
    expect(feed.subscription.position).toBeUndefined();
    expect(feed.seen).toEqual([1, 2]);
  });
});

describe("after a reconnect", () => {
  it("what was missed comes in order, and then the application is told", async () => {
    const feed = Feed.at("e", 4);
    feed.publish(5);
    await feed.stage.reconnect();
    expect(feed.asked).toEqual([{ epoch: "e", offset: 5 }]);
    feed.publish(6);
    feed.publish(8);
    expect(feed.seen).toEqual([5]);
    feed.answer({ position: { epoch: "e", offset: 8 }, recovered: true });
    expect(feed.seen).toEqual([5, 6, 8, { recovered: true }]);
    feed.publish(9);
    expect(feed.seen).toEqual([5, 6, 8, { recovered: true }, 9]);
  });

  it("what was missed comes first also when the server subscribed by itself", async () => {
    const feed = Feed.at("e", 4);
    await feed.stage.lose();
    feed.stage.socket.open();
    feed.receive({ type: "subscribed", position: { epoch: "e", offset: 6 } });
    feed.publish(7);
    feed.stage.socket.receiveFrame({ type: "welcome", connection: "c", resumed: true });
    feed.publish(8);
    for (const item of [5, 6, 7, 8]) feed.publish(item);
    feed.answer({ position: { epoch: "e", offset: 8 }, recovered: true });
    expect(feed.seen).toEqual([5, 6, 7, 8, { recovered: true }]);
  });

  it("asks for the same again when the connection was lost before the answer", async () => {
    const feed = Feed.at("e", 4);
    await feed.stage.reconnect();
    feed.publish(5);
    await feed.stage.reconnect();
    expect(feed.asked).toEqual([{ epoch: "e", offset: 4 }]);
    feed.publish(5);
    feed.publish(6);
    feed.answer({ position: { epoch: "e", offset: 6 }, recovered: true });
    expect(feed.seen).toEqual([5, 6, { recovered: true }]);
  });

  it.each(["expired", "epoch", "trimmed", "ahead", "limit"])(
    "goes on from the answer when what was missed is lost: %s",
    async (gap) => {
      const feed = Feed.at("e", 40);
      await feed.stage.reconnect();
      feed.answer({ position: { epoch: "f", offset: 7 }, recovered: false, gap });
      expect(feed.seen).toEqual([{ recovered: false, gap }]);
      expect(feed.subscription.position).toEqual({ epoch: "f", offset: 7 });
      feed.publish(7, { offset: 7, epoch: "f" });
      feed.publish(8);
      expect(feed.seen).toEqual([{ recovered: false, gap }, 8]);
    },
  );

  it("takes a position that is behind, of the same epoch", async () => {
    const feed = Feed.at("e", 40);
    await feed.stage.reconnect();
    feed.publish(31);
    feed.answer({ position: { epoch: "e", offset: 31 }, recovered: false, gap: "ahead" });
    feed.publish(32);
    expect(feed.seen).toEqual([31, { recovered: false, gap: "ahead" }, 32]);
  });

  it("takes the newest value of another epoch, whatever its offset is", async () => {
    const feed = Feed.at("e", 40);
    await feed.stage.reconnect();
    feed.publish(3);
    feed.answer({ position: { epoch: "f", offset: 3 }, recovered: true });
    expect(feed.seen).toEqual([3, { recovered: true }]);
  });

  it("says that publications are lost when the server has no history any more", async () => {
    const feed = Feed.at("e", 4);
    await feed.stage.reconnect();
    feed.publish(5, {});
    feed.answer();
    expect(feed.seen).toEqual([5, { recovered: false }]);
    expect(feed.subscription.position).toBeUndefined();
  });

  it("keeps its position when the server refuses this time", async () => {
    const feed = Feed.at("e", 4);
    await feed.stage.reconnect();
    const error = { type: "error", id: 2, code: "ERR_TOPIC_REFUSED", message: "" };
    feed.stage.socket.receiveFrame(error);
    await feed.stage.reconnect();
    expect(feed.asked).toEqual([{ epoch: "e", offset: 4 }]);
  });

  it("holds back no more than it may, and says so", async () => {
    const feed = Feed.at("e", 0);
    await feed.stage.reconnect();
    for (let item = 1; item <= 16_384; item += 1) feed.publish(item);
    expect(feed.seen).toEqual([]);
    feed.publish(16_385);
    expect(feed.seen).toHaveLength(16_386);
    expect(feed.seen.at(-1)).toEqual({ recovered: false, gap: "limit" });
    feed.publish(16_386);
    feed.answer({ position: { epoch: "e", offset: 16_386 }, recovered: true });
    feed.publish(16_387);
    expect(feed.seen.slice(-3)).toEqual([16_386, { recovered: true }, 16_387]);
  });

  it("hands over the rest when a listener throws or the data does not fit", async () => {
    const feed = Feed.at("e", 4);
    const thrown = new Error("from a listener");
    feed.stage.client.subscribe("feed", {}, { item: () => Promise.reject(thrown) });
    await feed.stage.reconnect();
    feed.receive({ type: "publication", name: "item", data: "five", offset: 5 });
    feed.publish(6);
    feed.answer({ position: { epoch: "e", offset: 6 }, recovered: true });
    expect(feed.seen).toEqual([6, { recovered: true }]);
    expect(feed.stage.codes).toEqual(["ERR_DATA_INVALID"]);
  });
});

describe("a publication that was seen", () => {
  it("is not seen again when it comes once more", () => {
    const feed = Feed.at("e", 4);
    for (const offset of [3, 4, 5, 5, 4, 6, 1]) feed.publish(offset, { offset, epoch: "e" });
    expect(feed.seen).toEqual([5, 6]);
  });

  it("is not seen again when it comes before the answer and as a part of what was missed", () => {
    const feed = new Feed(ClientStage.opened());
    for (const item of [5, 5, 6]) feed.publish(item);
    expect(feed.seen).toEqual([]);
    feed.answer({ position: { epoch: "e", offset: 6 } });
    expect(feed.seen).toEqual([5, 6]);
  });
});

describe("a lower offset of another epoch", () => {
  it("is taken, also when the first publication of it was for others", async () => {
    const feed = Feed.at("e", 40);
    feed.publish(2, { offset: 2, epoch: "f" });
    feed.publish(3, { offset: 3, epoch: "f" });
    expect(feed.seen).toEqual([2, 3]);
    await feed.stage.reconnect();
    expect(feed.asked).toEqual([{ epoch: "f", offset: 3 }]);
  });
});

describe("a gap", () => {
  it("is told at once, and the next publication is new", () => {
    const feed = Feed.at("e", 4);
    feed.receive({ type: "gap" });
    expect(feed.seen).toEqual([{ recovered: false }]);
    // The topic may have begun anew in between.
    feed.publish(2, { offset: 2, epoch: "f" });
    feed.publish(3, { offset: 3, epoch: "f" });
    expect(feed.seen).toEqual([{ recovered: false }, 2, 3]);
  });

  it("leaves the position where it was until then", async () => {
    const feed = Feed.at("e", 4);
    feed.receive({ type: "gap" });
    await feed.stage.reconnect();
    expect(feed.asked).toEqual([{ epoch: "e", offset: 4 }]);
  });

  it("of a topic that nobody wants is nothing", () => {
    const stage = ClientStage.opened();
    for (const type of ["gap", "subscribed", "unsubscribed", "presence"]) {
      stage.socket.receiveFrame({ type, topic: "feed" });
    }
    expect(stage.codes).toEqual([]);
  });
});

describe("the option since", () => {
  it("goes on from a position that the application has kept", () => {
    const since = { epoch: "e", offset: 4 };
    const feed = new Feed(ClientStage.opened(), { since });
    expect(feed.asked).toEqual([since]);
    expect(feed.subscription.position).toEqual(since);
    feed.publish(5);
    feed.answer({ position: { epoch: "e", offset: 5 }, recovered: true });
    expect(feed.seen).toEqual([5, { recovered: true }]);
  });

  it("does not move a topic that is wanted already", () => {
    const feed = Feed.at("e", 4);
    const second = new Feed(feed.stage, { since: { epoch: "e", offset: 0 } });
    expect(second.subscription.position).toEqual({ epoch: "e", offset: 4 });
    expect(feed.asked).toHaveLength(1);
  });
});

describe("onRecovered", () => {
  it("is not called any more after unsubscribe()", async () => {
    const feed = Feed.at("e", 4);
    const second = new Feed(feed.stage);
    second.subscription.unsubscribe();
    await feed.stage.reconnect();
    feed.answer({ position: { epoch: "e", offset: 4 }, recovered: true });
    expect(feed.seen).toEqual([{ recovered: true }]);
    expect(second.seen).toEqual([]);
  });
});

describe("a subscription that the server ends", () => {
  it("is reported, and asked for again on the next connection or when the server begins it", async () => {
    const feed = Feed.at("e", 4);
    feed.receive({ type: "unsubscribed" });
    expect(feed.stage.codes).toEqual(["ERR_CANCELLED"]);
    expect(feed.asked).toHaveLength(1);
    feed.receive({ type: "subscribed" });
    expect(feed.asked).toEqual([undefined, { epoch: "e", offset: 4 }]);
    feed.receive({ type: "subscribed" });
    expect(feed.asked).toHaveLength(2);
    feed.answer({ position: { epoch: "e", offset: 4 }, recovered: true });
    feed.receive({ type: "unsubscribed" });
    await feed.stage.reconnect();
    expect(feed.asked).toEqual([{ epoch: "e", offset: 4 }]);
  });

  it("is not ended once more by unsubscribe()", () => {
    const feed = Feed.at("e", 4);
    feed.receive({ type: "unsubscribed" });
    feed.subscription.unsubscribe();
    expect(feed.stage.socket.idsOf("unsubscribe")).toEqual([]);
  });
});
