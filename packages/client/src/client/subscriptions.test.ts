import { describe, expect, it } from "vitest";
import { ClientStage, rejection } from "../client-stage.test-helper.ts";
import { settled } from "../fake-network.test-helper.ts";
import type { Subscription } from "../index.ts";

interface Subscribed {
  readonly subscription: Subscription;
  readonly nicks: string[];
}

function subscribe({ client }: ClientStage, name = "lobby"): Subscribed {
  const nicks: string[] = [];
  const subscription = client.subscribe(
    "room/:name",
    { name },
    { joined: ({ nick }) => void nicks.push(nick) },
  );
  return { subscription, nicks };
}

function publish(stage: ClientStage, nick: string, topic = "room/lobby"): void {
  stage.socket.receiveFrame({ type: "publication", topic, name: "joined", data: { nick } });
}

const refusal = { type: "error", code: "ERR_TOPIC_REFUSED", message: "No." };

describe("subscribe", () => {
  it("asks the server for the topic, and is ready when that has accepted", async () => {
    const stage = ClientStage.opened();
    const { subscription, nicks } = subscribe(stage, "a/b");
    expect(subscription.topic).toBe("room/a%2Fb");
    expect(stage.socket.frames[1]).toEqual({ type: "subscribe", id: 1, topic: "room/a%2Fb" });
    let isReady = false;
    const ready = subscription.ready.then(() => {
      isReady = true;
    });
    await settled();
    expect(isReady).toBe(false);
    stage.socket.receiveFrame({ type: "response", id: 1 });
    await ready;
    publish(stage, "anna", "room/a%2Fb");
    publish(stage, "elsewhere");
    expect(nicks).toEqual(["anna"]);
  });

  it("waits for a connection, and asks again on each one", async () => {
    const stage = new ClientStage();
    subscribe(stage);
    stage.socket.welcome();
    expect(stage.socket.idsOf("subscribe")).toEqual(["1 room/lobby"]);
    await stage.reconnect();
    expect(stage.socket.idsOf("subscribe")).toEqual(["2 room/lobby"]);
    stage.socket.receiveFrame({ type: "response", id: 2 });
    await stage.reconnect();
    expect(stage.socket.idsOf("subscribe")).toEqual(["3 room/lobby"]);
  });

  it("shares one topic among all who want it", async () => {
    const stage = ClientStage.opened();
    const [one, two] = [subscribe(stage), subscribe(stage)];
    expect(stage.socket.idsOf("subscribe")).toEqual(["1 room/lobby"]);
    stage.socket.receiveFrame({ type: "response", id: 1 });
    await Promise.all([one.subscription.ready, two.subscription.ready]);
    const three = subscribe(stage);
    await three.subscription.ready;
    for (let times = 0; times < 3; times += 1) one.subscription.unsubscribe();
    publish(stage, "anna");
    expect([one.nicks, two.nicks, three.nicks]).toEqual([[], ["anna"], ["anna"]]);
    expect(stage.socket.idsOf("unsubscribe")).toEqual([]);
    two.subscription.unsubscribe();
    three.subscription.unsubscribe();
    three.subscription.unsubscribe();
    expect(stage.socket.idsOf("unsubscribe")).toEqual(["2 room/lobby"]);
    publish(stage, "nobody");
    expect(three.nicks).toEqual(["anna"]);
  });

  it("can be taken back before there is a connection", async () => {
    const stage = new ClientStage();
    const { subscription } = subscribe(stage);
    subscription.unsubscribe();
    expect(await rejection(subscription.ready)).toBe("ERR_CANCELLED");
    stage.socket.welcome();
    expect(stage.socket.idsOf("subscribe", "unsubscribe")).toEqual([]);
    expect(stage.codes).toEqual([]);
  });

  it("begins anew when it is wanted again", async () => {
    const stage = ClientStage.opened();
    subscribe(stage).subscription.unsubscribe();
    const again = subscribe(stage);
    expect(stage.socket.idsOf("subscribe", "unsubscribe")).toEqual([
      "1 room/lobby",
      "2 room/lobby",
      "3 room/lobby",
    ]);
    stage.socket.receiveFrame({ ...refusal, id: 1 });
    stage.socket.receiveFrame({ type: "response", id: 3 });
    await again.subscription.ready;
    expect(stage.codes).toEqual([]);
  });

  it("rejects and reports a refusal, and is over then", async () => {
    const stage = ClientStage.opened();
    const { subscription } = subscribe(stage);
    stage.socket.receiveFrame({ ...refusal, id: 1 });
    expect(await rejection(subscription.ready)).toBe("ERR_TOPIC_REFUSED");
    expect(stage.codes).toEqual(["ERR_TOPIC_REFUSED"]);
    const { subscription: second, nicks } = subscribe(stage);
    expect(stage.socket.idsOf("subscribe")).toEqual(["1 room/lobby", "2 room/lobby"]);
    subscription.unsubscribe();
    stage.socket.receiveFrame({ type: "response", id: 2 });
    await second.ready;
    publish(stage, "anna");
    expect(nicks).toEqual(["anna"]);
    expect(stage.socket.idsOf("unsubscribe")).toEqual([]);
  });

  it("is not over when it is refused on a later connection only", async () => {
    const stage = ClientStage.opened();
    const { nicks } = subscribe(stage);
    stage.socket.receiveFrame({ type: "response", id: 1 });
    await stage.reconnect();
    stage.socket.receiveFrame({ ...refusal, id: 2 });
    expect(stage.codes).toEqual(["ERR_TOPIC_REFUSED"]);
    await stage.reconnect();
    expect(stage.socket.idsOf("subscribe")).toEqual(["3 room/lobby"]);
    stage.socket.receiveFrame({ type: "response", id: 3 });
    publish(stage, "anna");
    expect(nicks).toEqual(["anna"]);
  });

  it("is not answered by what another connection was asked", async () => {
    const stage = ClientStage.opened();
    subscribe(stage);
    await stage.reconnect();
    stage.socket.receiveFrame({ ...refusal, id: 1 });
    expect(stage.codes).toEqual([]);
    expect(stage.socket.frames[0]).toMatchObject({ type: "hello", seen: 1 });
  });

  it("rejects when the client is closed, now and later", async () => {
    const stage = ClientStage.opened();
    const { subscription } = subscribe(stage);
    stage.client.close();
    expect(await rejection(subscription.ready)).toBe("ERR_CONNECTION_CLOSED");
    const late = subscribe(stage).subscription;
    expect(await rejection(late.ready)).toBe("ERR_CONNECTION_CLOSED");
    subscription.unsubscribe();
    late.unsubscribe();
    expect(stage.socket.idsOf("unsubscribe")).toEqual([]);
  });

  it("rejects after the end also when the topic had been accepted before", async () => {
    const stage = ClientStage.opened();
    const { subscription } = subscribe(stage);
    stage.socket.receiveFrame({ type: "response", id: 1 });
    await subscription.ready;
    stage.client.close();
    expect(await rejection(subscribe(stage).subscription.ready)).toBe("ERR_CONNECTION_CLOSED");
    subscription.unsubscribe();
    expect(stage.socket.idsOf("unsubscribe")).toEqual([]);
  });

  it("refuses patterns that there are not, and topics that cannot be", () => {
    const { client } = ClientStage.opened();
    expect(() => client.subscribe("rooms" as "news", {}, {})).toThrow(
      expect.objectContaining({ code: "ERR_NAME_UNKNOWN" }),
    );
    expect(() => client.subscribe("room/:name", { name: "" }, {})).toThrow(
      expect.objectContaining({ code: "ERR_TOPIC_INVALID" }),
    );
  });

  it("reports publications that do not fit, and ignores those without a listener", () => {
    const stage = ClientStage.opened();
    const { nicks } = subscribe(stage);
    const topic = "room/lobby";
    stage.socket.receiveFrame({ type: "response", id: 1 });
    stage.socket.receiveFrame({ type: "publication", topic, name: "joined", data: 7 });
    expect(stage.codes).toEqual(["ERR_DATA_INVALID"]);
    stage.socket.receiveFrame({ type: "publication", topic, name: "closed", data: 7 });
    stage.socket.receiveFrame({ type: "publication", topic, name: "from-the-future" });
    expect(stage.codes).toEqual(["ERR_DATA_INVALID"]);
    expect(nicks).toEqual([]);
  });
});
