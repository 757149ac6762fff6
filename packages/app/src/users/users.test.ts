import { Disconnects } from "@windlass/core";
import { describe, expect, it } from "vitest";
import { Cluster, settle } from "./cluster.test-helper.ts";

async function twoNodes() {
  const cluster = new Cluster();
  return { cluster, one: await cluster.node(), two: await cluster.node() };
}

describe("send", () => {
  it("reaches each connection of the user once, on every node, and nobody else", async () => {
    const { one, two } = await twoNodes();
    const annas = [await one.connect("anna"), await one.connect("anna"), await two.connect("anna")];
    const ben = await two.connect("ben");
    expect(await one.users.send("anna", "hello")).toMatchObject({ isDuplicate: false });
    await two.users.send("anna", new Uint8Array([1, 2]), { event: "said" });
    for (const anna of annas) {
      expect(anna.received).toEqual(["hello", Uint8Array.of(1, 2)]);
      expect(anna.events).toEqual([undefined, "said"]);
    }
    expect(ben.received).toEqual([]);
  });

  it("reaches users of any name", async () => {
    const { one, two } = await twoNodes();
    const names = [
      "a/b",
      "ä ö",
      "$user",
      "%hash-",
      "a".repeat(300),
      "🛞".repeat(60),
      "\ud800",
      "\ud801",
    ];
    const connections = await Promise.all(names.map((name) => one.connect(name)));
    for (const [index, name] of names.entries()) await two.users.send(name, String(index));
    expect(connections.map(({ received }) => received)).toEqual(names.map((_, at) => [String(at)]));
  });

  it("leaves out whom it is told to, by the ids of connections or those that are listed", async () => {
    const { one, two } = await twoNodes();
    const [first, second] = [await one.connect("anna"), await two.connect("anna")];
    const [listed = ""] = await one.users.connections("anna");
    await one.users.send("anna", "1", { exclude: [first.id] });
    await one.users.send("anna", "2", { eligible: [second.id] });
    await one.users.send("anna", "3", { eligible: [listed] });
    expect([first.received, second.received]).toEqual([["3"], ["1", "2"]]);
  });

  it("goes on when a connection fails, and with what the user has later", async () => {
    const { one } = await twoNodes();
    const [broken, sound] = [await one.connect("anna"), await one.connect("anna")];
    broken.deliver = () => {
      throw new Error("broken");
    };
    await one.users.send("anna", "hello");
    expect(sound.received).toEqual(["hello"]);
    expect(one.log.lines).toMatchObject([
      { level: "error", fields: { err: { message: "broken" } } },
    ]);
  });

  it("listens on a node only while the user has a connection there", async () => {
    const { one, two } = await twoNodes();
    const [first, second] = [await one.connect("anna"), await one.connect("anna")];
    expect([one.userTopics, two.userTopics]).toEqual([1, 0]);
    first.close(Disconnects.Kicked);
    await settle();
    expect(one.userTopics).toBe(1);
    second.close(Disconnects.Kicked);
    const third = await one.connect("anna");
    await settle();
    await two.users.send("anna", "hello");
    expect([second.received, third.received]).toEqual([[], ["hello"]]);
    third.close(Disconnects.Kicked);
    await settle();
    expect([one.userTopics, one.registry.size]).toEqual([0, 0]);
  });

  it("rejects when the broker fails, and for a user that is none", async () => {
    const { cluster, one } = await twoNodes();
    await expect(one.users.send("", "hello")).rejects.toThrow(/userId: expected a string/);
    await expect(one.users.send(7 as never, "hello")).rejects.toThrow(/seen number/);
    cluster.broker.failure = new Error("no broker");
    await expect(one.users.send("anna", "hello")).rejects.toThrow("no broker");
  });
});

describe("who is online", () => {
  it("is known on every node, until the last connection has gone", async () => {
    const { one, two } = await twoNodes();
    const connections = [await one.connect("anna"), await two.connect("anna")];
    await two.connect("ben");
    expect(await one.users.count()).toEqual({ users: 2, connections: 3 });
    expect(await one.users.connections("anna")).toHaveLength(2);
    for (const connection of connections) {
      expect(await one.users.isOnline("anna")).toBe(true);
      connection.close(Disconnects.Kicked);
    }
    expect(await one.users.isOnline("anna")).toBe(false);
    expect(await one.users.connections("anna")).toEqual([]);
    expect(await two.users.count()).toEqual({ users: 1, connections: 1 });
  });

  it("is listed in pages, also when the user at the end of a page has left", async () => {
    const { one, two } = await twoNodes();
    const dora = await one.connect("dora");
    for (const userId of ["ben", "carl", "anna", "emil"]) await two.connect(userId);
    await one.connect("ben");
    const names = async (options: Parameters<typeof one.users.list>[0]) =>
      (await one.users.list(options)).map(({ userId }) => userId);
    expect(await names({})).toEqual(["anna", "ben", "carl", "dora", "emil"]);
    expect(await names({ limit: 2 })).toEqual(["anna", "ben"]);
    expect(await names({ limit: 2, after: "ben" })).toEqual(["carl", "dora"]);
    dora.close(Disconnects.Kicked);
    expect(await names({ limit: 2, after: "dora" })).toEqual(["emil"]);
    expect(await names({ after: "emil" })).toEqual([]);
    expect((await one.users.list({ limit: 2 }))[1]?.connectionIds).toHaveLength(2);
    for (const limit of [0, 10_001, 1.5, Number.NaN]) {
      await expect(names({ limit })).rejects.toThrow(/limit: expected 1 to 10000/);
    }
  });

  it("is nobody's question while no user has come: the store is left alone", async () => {
    const { cluster, one } = await twoNodes();
    await one.users.send("anna", "hello");
    await one.users.disconnect("anna");
    expect(cluster.presence.calls).toBe(0);
  });
});

describe("disconnect", () => {
  it("closes all connections of the user on every node, and no other", async () => {
    const { one, two } = await twoNodes();
    const annas = [await one.connect("anna"), await two.connect("anna"), await two.connect("anna")];
    const ben = await two.connect("ben");
    await one.users.disconnect("anna");
    expect(annas.map(({ closedWith }) => closedWith?.code)).toEqual([4502, 4502, 4502]);
    expect(ben.closedWith).toBeUndefined();
    expect(await two.users.isOnline("anna")).toBe(false);
    expect((await one.connect("anna")).closedWith).toBeUndefined();
  });

  it("closes with the code and the reason that it is given", async () => {
    const { one, two } = await twoNodes();
    const anna = await two.connect("anna");
    await one.users.disconnect("anna", { code: 4999, reason: "tidying up" });
    expect(anna.closedWith).toEqual({ code: 4999, reason: "tidying up", cause: "server" });
    const ben = await two.connect("ben");
    await one.users.disconnect("ben", 1008);
    expect(ben.closedWith?.code).toBe(1008);
    await expect(one.users.disconnect("ben", 1006)).rejects.toThrow(/close code 1006/);
  });

  it("closes only the connections that are named, by either id", async () => {
    const { one, two } = await twoNodes();
    const [first, second, third] = [
      await one.connect("anna"),
      await two.connect("anna"),
      await two.connect("anna"),
    ];
    const [, listed = ""] = await one.users.connections("anna");
    const connectionIds = [first.id, listed, "another"];
    await two.users.disconnect("anna", Disconnects.Kicked, { connectionIds });
    expect(third.closedWith).toBeUndefined();
    expect([first, second].map(({ closedWith }) => closedWith?.code)).toEqual([4502, 4502]);
    await two.users.disconnect("anna", Disconnects.Kicked, { connectionIds: [] });
    expect(third.closedWith).toBeUndefined();
  });

  it("does not fail for what another version of a node says", async () => {
    const { one } = await twoNodes();
    const anna = await one.connect("anna");
    for (const control of [{}, { userId: 7 }, { userId: "anna", disconnect: { code: 1006 } }]) {
      await one.hub.publish("$users", "", { attributes: { control } });
    }
    await one.hub.publish("$users", "");
    expect(anna.closedWith).toBeUndefined();
    expect(one.log.lines.map(({ level }) => level)).toEqual(["warn", "warn", "warn", "warn"]);
    const disconnect = { code: 4502, reason: "", cause: "from the future" };
    const control = { userId: "anna", disconnect, later: 1 };
    await one.hub.publish("$users", "", { attributes: { control } });
    expect(anna.closedWith).toEqual({ code: 4502, reason: "", cause: "server" });
  });
});
