import { App, type TopicOptions } from "@windlass/app";
import { MemoryBroker } from "@windlass/core";
import { describe, expect, it } from "vitest";
import { startStage, textsOf } from "../support/topic-stage.ts";

describe("app.publish()", () => {
  it("reaches the subscribers of every route, route.publish() those of one", async () => {
    const { app, one, two, open } = await startStage();
    const first = await open("/one?topic=news");
    const second = await open("/two?topic=news");
    const other = await open("/two?topic=sports");
    expect(await app.publish("news", "all")).toEqual({ isDuplicate: false, hasSubscribers: true });
    expect(await one.publish("news", "one")).toMatchObject({ hasSubscribers: true });
    expect(await two.publish("weather", "rain")).toMatchObject({ hasSubscribers: false });
    expect(await textsOf(first)).toEqual(["all", "one"]);
    expect(await textsOf(second)).toEqual(["all"]);
    expect(await textsOf(other)).toEqual([]);
  });

  it.each([
    ["alone", {}],
    ["with a broker", { broker: new MemoryBroker() }],
  ])("leaves out, and chooses, connections of any route: %s", async (_, options) => {
    const { app, open } = await startStage(undefined, options);
    const a = await open("/one?topic=t");
    const b = await open("/one?topic=t");
    const c = await open("/two?topic=t");
    const stranger = await open("/two");
    await app.publish("t", "not a", { except: a.connection });
    await app.publish("t", "not a, b", { exclude: [a.connection, b.connection.id, "gone-1"] });
    await app.publish("t", "a, c", { eligible: [a.connection, c.connection, stranger.connection] });
    await app.publish("t", "c", { eligible: [a.connection, c.connection], except: a.connection });
    expect(await textsOf(a)).toEqual(["a, c"]);
    expect(await textsOf(b)).toEqual(["not a"]);
    expect(await textsOf(c)).toEqual(["not a", "not a, b", "a, c", "c"]);
    expect(await textsOf(stranger)).toEqual([]);
  });

  it("asks where() about each subscriber", async () => {
    const { app, open } = await startStage();
    const [a, b] = [await open("/one?topic=t"), await open("/two?topic=t")];
    b.connection.data = "wanted";
    await app.publish("t", "x", { where: ({ data }) => data === "wanted" });
    expect(await textsOf(a)).toEqual([]);
    expect(await textsOf(b)).toEqual(["x"]);
  });

  it.each([
    ["a broker", { broker: new MemoryBroker() }, "plain", "broker"],
    ["a history", {}, "kept", "history"],
  ])("refuses where() together with %s", async (_, options, topic, why) => {
    const { app } = await startStage((app) => {
      app.topic("kept", { history: { size: 1, ttlMs: 1_000 } });
    }, options);
    await expect(app.publish(topic, "x", { where: () => true })).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
      message: expect.stringContaining(why),
    });
  });

  it.each(["", "$user/anna", "x".repeat(256), 7 as never])(
    "refuses the topic %s",
    async (topic) => {
      const { app } = await startStage();
      await expect(app.publish(topic, "x")).rejects.toMatchObject({ code: "ERR_TOPIC_INVALID" });
      await expect(app.history(topic)).rejects.toMatchObject({ code: "ERR_TOPIC_INVALID" });
    },
  );

  it("publishes once with an idempotency key", async () => {
    const { app, open } = await startStage();
    const member = await open("/one?topic=t");
    const publish = () => app.publish("t", "once", { idempotencyKey: "order-7" });
    expect(await publish()).toMatchObject({ isDuplicate: false });
    expect(await publish()).toMatchObject({ isDuplicate: true });
    expect(await textsOf(member)).toEqual(["once"]);
    await expect(app.publish("t", "x", { idempotencyKey: "" })).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
    });
  });
});

describe("app.topic()", () => {
  it("keeps what is published, whoever listens", async () => {
    const { app, one, open } = await startStage((app) => {
      app.topic("room/:name", { history: { size: 2, ttlMs: 60_000 } });
      app.topic("log/*", { history: { size: 1, ttlMs: 60_000 } });
    });
    const member = await open("/one?topic=room/a");
    for (const text of ["1", "2"]) await app.publish("room/a", text);
    const { position } = await one.publish("room/a", Uint8Array.of(51));
    const { publications } = await app.history("room/a");
    expect(publications).toEqual([
      { topic: "room/a", data: "2", position: { ...position, offset: 2 } },
      { topic: "room/a", data: Uint8Array.of(51), position, attributes: { route: "/one" } },
    ]);
    expect(await textsOf(member)).toEqual(["1", "2", "3"]);
    await app.publish("log/a/b", "kept");
    expect((await app.history("log/a/b")).position).toMatchObject({ offset: 1 });
    await app.publish("room/a/b", "not kept");
    expect((await app.history("room/a/b")).position).toBeUndefined();
  });

  it("replays what is kept, and goes on without a gap", async () => {
    const { app, one, two, open } = await startStage((app) => {
      app.topic("room", { history: { size: 4, ttlMs: 60_000 } });
    });
    const first = await open("/one");
    expect(await one.replay(first.connection, "room")).toEqual({});
    const { position } = await app.publish("room", "1");
    for (const text of ["2", "3", "4"]) await app.publish("room", text);
    await one.publish("room", "for one");
    const second = await open("/two");
    const replaying = two.replay(second.connection, "room");
    await app.publish("room", "5");
    expect(await replaying).toEqual({ position: { ...position, offset: 6 } });
    const third = await open("/two");
    const since = { epoch: "", offset: 0, ...position };
    expect(await two.replay(third.connection, "room", { since })).toMatchObject({ gap: "trimmed" });
    await app.publish("room", "6");
    expect(await textsOf(first)).toEqual(["1", "2", "3", "4", "for one", "5", "6"]);
    expect(await textsOf(second)).toEqual(["3", "4", "5", "6"]);
    expect(await textsOf(third)).toEqual(["6"]);
  });

  it.each<readonly [string, TopicOptions]>([
    ["", {}],
    ["a//b", {}],
    ["*/a", {}],
    ["$user", {}],
    ["a", { history: { size: 0, ttlMs: 1 } }],
    ["a", { history: { size: 1, ttlMs: 10, positionTtlMs: 5 } }],
    ["a", { nothing: 1 } as TopicOptions],
  ])("refuses %s with %j", (pattern, options) => {
    const invalid = expect.objectContaining({ code: "ERR_OPTION_INVALID" });
    expect(() => new App().topic(pattern, options)).toThrow(invalid);
  });

  it("refuses a pattern twice, and histories that the broker cannot keep", () => {
    const twice = new App();
    twice.topic("a", {});
    expect(() => twice.topic("a", {})).toThrow("declared already");
    const { open, publish, subscribe, unsubscribe, close } = MemoryBroker.prototype;
    const broker = { open, publish, subscribe, unsubscribe, close };
    const app = new App("localhost", 0, "127.0.0.1", { broker });
    expect(() => app.topic("a", { history: { size: 1, ttlMs: 1 } })).toThrow("has no history()");
  });
});

describe("app.presence", () => {
  it("knows who entered, until they leave or are closed", async () => {
    const { app, component, open } = await startStage();
    const [a, b] = [await open("/one"), await open("/two")];
    const changes: string[] = [];
    await app.presence.watch("room", ({ kind, data }) => changes.push(`${kind} ${String(data)}`));
    await app.presence.enter("room", a.connection, "anna");
    await app.presence.enter("room", b.connection, "ben");
    expect(await app.presence.members("room")).toEqual([
      { memberId: a.connection.id, data: "anna", connectionIds: [a.connection.id] },
      { memberId: b.connection.id, data: "ben", connectionIds: [b.connection.id] },
    ]);
    a.client.destroy();
    await component.closes.find();
    await app.presence.leave("room", b.connection);
    expect(await app.presence.count("room")).toEqual({ members: 0, connections: 0 });
    expect(changes).toEqual(["join anna", "join ben", "leave anna", "leave ben"]);
  });
});
