import { Disconnects } from "@windlass/core";
import { describe, expect, it, vi } from "vitest";
import { Cluster, settle } from "./cluster.test-helper.ts";

async function twoNodes() {
  const cluster = new Cluster();
  return { cluster, one: await cluster.node(), two: await cluster.node() };
}

const refuseThird = { max: 2, onExcess: "refuse" } as const;
const displaceOldest = { max: 2, onExcess: "displace" } as const;

describe("the limit of a user", () => {
  it("holds over all nodes, and gives places back", async () => {
    const { one, two } = await twoNodes();
    const first = await one.connect("anna", refuseThird);
    await two.connect("anna", refuseThird);
    expect(await one.admit("anna", refuseThird)).toEqual({ kind: "limit" });
    expect(await two.admit("anna", refuseThird)).toEqual({ kind: "limit" });
    await two.connect("ben", refuseThird);
    first.close(Disconnects.Kicked);
    await one.connect("anna", refuseThird);
    expect(await two.users.count()).toEqual({ users: 2, connections: 3 });
  });

  it("lets no more in than it says when all come at once", async () => {
    const { one, two } = await twoNodes();
    const nodes = [one, two, one, two, one, two];
    const answers = await Promise.all(nodes.map((node) => node.admit("anna", refuseThird)));
    const kinds = answers.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "seated")).toHaveLength(2);
    expect(await one.users.connections("anna")).toHaveLength(2);
  });

  it("closes the oldest connections where they are, when new ones are to come in", async () => {
    const { one, two } = await twoNodes();
    const connections = [];
    for (const node of [one, two, one, two, one]) {
      connections.push(await node.connect("anna", displaceOldest));
    }
    await settle();
    const limit = Disconnects.ConnectionLimit;
    expect(connections.map(({ closedWith }) => closedWith)).toEqual([
      limit,
      limit,
      limit,
      undefined,
      undefined,
    ]);
    expect(await one.users.connections("anna")).toHaveLength(2);
    expect([one.userTopics, two.userTopics]).toEqual([1, 1]);
  });

  it("closes a displaced connection that has not opened yet as soon as it does", async () => {
    const { one, two } = await twoNodes();
    const answer = await one.admit("anna", { max: 1, onExcess: "displace" });
    await two.connect("anna", { max: 1, onExcess: "displace" });
    await settle();
    if (answer.kind !== "seated") throw new Error("not seated");
    const late = one.open(answer.seat);
    await two.users.send("anna", "hello");
    expect(late.received).toEqual([]);
    // Not before: who is told of the opening afterwards hears of the closing.
    expect(late.closedWith).toEqual(Disconnects.ConnectionLimit);
  });

  it("tells displaced connections late when the broker has been away", async () => {
    const { cluster, one, two } = await twoNodes();
    const old = await two.connect("anna", { max: 1, onExcess: "displace" });
    cluster.broker.failure = new Error("no broker");
    const young = await one.connect("anna", { max: 1, onExcess: "displace" });
    await settle();
    one.clock.advance(1_000);
    await settle();
    expect(old.closedWith).toBeUndefined();
    cluster.broker.failure = undefined;
    one.clock.advance(2_000);
    await settle();
    expect(old.closedWith).toEqual(Disconnects.ConnectionLimit);
    expect(young.closedWith).toBeUndefined();
    expect(one.clock.pendingTimers).toBe(0);
  });
});

describe("when the store of presence fails", () => {
  it("nobody is let in, and nothing stays behind", async () => {
    const { cluster, one } = await twoNodes();
    cluster.presence.failure = new Error("no store");
    expect(await one.admit("anna")).toEqual({ kind: "unavailable", error: new Error("no store") });
    await settle();
    expect([one.registry.size, one.userTopics]).toEqual([0, 0]);
    cluster.presence.failure = undefined;
    one.clock.advance(1_000);
    await settle();
    expect(one.clock.pendingTimers).toBe(0);
    expect(await one.users.isOnline("anna")).toBe(false);
  });

  it("nobody stays who came in although that is not known", async () => {
    const { cluster, one } = await twoNodes();
    cluster.presence.failure = new Error("no answer");
    cluster.presence.losesAnswers = true;
    expect(await one.admit("anna")).toMatchObject({ kind: "unavailable" });
    expect(await one.users.isOnline("anna")).toBe(true);
    cluster.presence.failure = undefined;
    one.clock.advance(1_000);
    await settle();
    expect(await one.users.isOnline("anna")).toBe(false);
  });

  it("connections leave when it is back", async () => {
    const { cluster, one, two } = await twoNodes();
    const connections = [await one.connect("anna"), await one.connect("ben")];
    cluster.presence.failure = new Error("no store");
    for (const connection of connections) connection.close(Disconnects.Kicked);
    await settle();
    one.clock.advance(1_000);
    await settle();
    expect(await two.users.count()).toMatchObject({ users: 2 });
    cluster.presence.failure = undefined;
    one.clock.advance(2_000);
    await settle();
    expect(await two.users.count()).toEqual({ users: 0, connections: 0 });
    expect(one.log.lines.map(({ level }) => level)).toEqual(["warn"]);
    expect(one.clock.pendingTimers).toBe(0);
  });

  it("a node that is closed tries no more", async () => {
    const { cluster, one } = await twoNodes();
    const anna = await one.connect("anna");
    cluster.presence.failure = new Error("no store");
    anna.close(Disconnects.GoingAway);
    await settle();
    await one.registry.close();
    expect(one.clock.pendingTimers).toBe(0);
    expect(one.hub.topicCount).toBe(0);
  });
});

it("a node that cannot hear what its users are sent lets nobody in", async () => {
  const { cluster, one } = await twoNodes();
  const { hub } = one;
  const listen = vi.spyOn(hub, "listen").mockRejectedValue(new Error("no broker"));
  expect(await one.admit("anna")).toMatchObject({ kind: "unavailable" });
  await settle();
  expect(cluster.presence.topicCount).toBe(0);
  listen.mockRestore();
  await one.connect("anna");
});
