import { ProtocolError } from "@windlass/protocol";
import { msgpackCodec } from "@windlass/protocol/msgpack";
import { describe, expect, it } from "vitest";
import { type FrameClient, stageOf } from "./stage.test-helper.ts";

const subscribe = (client: FrameClient, topic: string, id = 1) =>
  client.send({ type: "subscribe", id, topic });

const openRooms = {
  topics: {
    "room/:name": { authorize: (_connection: unknown, { name }: { name: string }) => name !== "x" },
  },
};

describe("a topic", () => {
  it("sends its publications to its subscribers, whatever they speak, until they leave", async () => {
    const stage = stageOf(openRooms);
    const json = await stage.connect();
    const binary = await stage.connect({}, msgpackCodec);
    const bystander = await stage.connect();
    const publish = (nick: string) =>
      stage.component.publish("room/:name", { name: "a b" }, "joined", { nick });
    expect(await publish("nobody")).toEqual({ isDuplicate: false, hasSubscribers: false });
    for (const client of [json, binary]) subscribe(client, "room/a%20b");
    for (const client of [json, binary])
      expect(await client.next()).toEqual({ type: "response", id: 1 });
    expect(await publish("anna")).toMatchObject({ hasSubscribers: true });
    for (const client of [json, binary]) {
      expect(await client.next()).toEqual({
        type: "publication",
        topic: "room/a%20b",
        name: "joined",
        data: { nick: "anna" },
      });
    }
    json.send({ type: "unsubscribe", id: 2, topic: "room/a%20b" });
    json.send({ type: "unsubscribe", id: 3, topic: "room/never" });
    expect(await json.next()).toEqual({ type: "response", id: 2 });
    expect(await json.next()).toEqual({ type: "response", id: 3 });
    void publish("ben");
    expect(await binary.next()).toMatchObject({ data: { nick: "ben" } });
    expect(json.received).toHaveLength(4);
    expect(bystander.received).toEqual([]);
  });

  it("can leave out the connection that it came from", async () => {
    const stage = stageOf({
      ...openRooms,
      handlers: {
        say: (from, { text }) => {
          void stage.component.publish(
            "room/:name",
            { name: "a" },
            "joined",
            { nick: text },
            { except: from },
          );
        },
        add: () => 0,
      },
    });
    const [anna, ben] = [await stage.connect(), await stage.connect()];
    for (const client of [anna, ben]) subscribe(client, "room/a");
    anna.send({ type: "event", name: "say", data: { text: "anna" } });
    await ben.next();
    expect(await ben.next()).toMatchObject({ data: { nick: "anna" } });
    expect(anna.received).toHaveLength(1);
  });

  it("is refused without a policy, by its policy, and by what its policy throws", async () => {
    const stage = stageOf({
      topics: {
        "room/:name": {
          authorize: async (_connection, { name }) => {
            if (name === "full") throw new ProtocolError("room-full", "No place left.");
            if (name === "broken") throw new Error("secret");
            return name === "open";
          },
        },
      },
    });
    const client = await stage.connect();
    const names = ["news/latest", "room/closed", "room/full", "room/broken", "room/open"];
    for (const [id, topic] of names.entries()) subscribe(client, topic, id + 1);
    const answers = [];
    for (const _name of names) answers.push(await client.next());
    expect(answers).toMatchObject([
      { id: 1, code: "ERR_TOPIC_REFUSED" },
      { id: 2, code: "ERR_TOPIC_REFUSED" },
      { id: 3, code: "room-full", message: "No place left." },
      { id: 4, code: "ERR_HANDLER_FAILED" },
      { type: "response", id: 5 },
    ]);
    expect(JSON.stringify(client.received)).not.toContain("secret");
  });

  it("of no pattern, or in another spelling, is unknown", async () => {
    const stage = stageOf(openRooms);
    const client = await stage.connect();
    for (const topic of [
      "",
      "room",
      "room/",
      "room/a/b",
      "room/%61",
      "room/%",
      `room/${"a".repeat(300)}`,
    ]) {
      subscribe(client, topic);
      expect(await client.next()).toMatchObject({ code: "ERR_TOPIC_UNKNOWN" });
    }
    expect(stage.component.stats.violations).toBe(7);
  });

  it("counts against maxSubscriptions, once", async () => {
    const stage = stageOf({ ...openRooms, maxSubscriptions: 2 });
    const client = await stage.connect();
    for (const [id, name] of ["a", "b", "a", "c"].entries())
      subscribe(client, `room/${name}`, id + 1);
    const answers = [];
    for (let index = 0; index < 4; index += 1) answers.push(await client.next());
    expect(answers).toMatchObject([
      { type: "response" },
      { type: "response" },
      { type: "response" },
      { code: "ERR_TOO_MANY_TOPICS", details: { max: 2 } },
    ]);
  });
});

describe("authorize", () => {
  it.each([
    ["anything but true", () => "yes" as unknown as boolean, "ERR_TOPIC_REFUSED"],
    [
      "an error that cannot be written",
      async () => {
        throw new ProtocolError("odd", "no JSON", { big: 1n });
      },
      "ERR_HANDLER_FAILED",
    ],
  ])("refuses by %s", async (_what, authorize, code) => {
    const stage = stageOf({ topics: { "room/:name": { authorize } } });
    const client = await stage.connect();
    subscribe(client, "room/a");
    expect(await client.next()).toMatchObject({ id: 1, code });
    client.send({ type: "ping" });
    expect(await client.next()).toEqual({ type: "pong" });
  });

  it("is given up after handlerTimeoutMs, and holds nothing up any more", async () => {
    const authorize = () => new Promise<boolean>(() => {});
    const stage = stageOf({ topics: { "room/:name": { authorize } }, handlerTimeoutMs: 100 });
    const client = await stage.connect();
    subscribe(client, "room/a");
    client.send({ type: "request", name: "add", id: 2, data: { a: 1, b: 1 } });
    stage.clock.advance(100);
    expect(await client.next()).toMatchObject({ id: 1, code: "ERR_HANDLER_FAILED" });
    expect(await client.next()).toEqual({ type: "response", id: 2, data: 2 });
  });

  it("belongs to the user: it may keep state", async () => {
    class Policy {
      asked = 0;
      authorize(): boolean {
        this.asked += 1;
        return true;
      }
    }
    const counter = {
      asked: 0,
      authorize(): boolean {
        this.asked += 1;
        return true;
      },
    };
    for (const policy of [new Policy(), counter]) {
      const client = await stageOf({ topics: { "room/:name": policy } }).connect();
      subscribe(client, "room/a");
      expect(await client.next()).toEqual({ type: "response", id: 1 });
      expect(policy.asked).toBe(1);
    }
  });
});

describe("a component", () => {
  it("broadcasts an event to every connection that may talk", async () => {
    const stage = stageOf({ authenticate: (token) => (token === "no" ? null : { userId: "1" }) });
    const json = await stage.connect();
    const binary = await stage.connect({}, msgpackCodec);
    const waiting = await stage.connect();
    for (const client of [json, binary]) client.send({ type: "hello" });
    const [first] = stage.component.connections;
    expect(stage.component.broadcast("said", { text: "all" })).toBe(true);
    expect(stage.component.broadcast("said", { text: "others" }, { except: first })).toBe(true);
    for (const client of [json, binary]) await client.next();
    expect(json.received.slice(1)).toEqual([
      { type: "event", name: "said", data: { text: "all" } },
    ]);
    expect(binary.received.slice(1)).toHaveLength(2);
    expect(waiting.received).toEqual([]);
  });

  it("refuses to send what is not in its protocol", () => {
    const { component } = stageOf();
    expect(() => component.broadcast("confirm" as never, {} as never)).toThrow(
      'no event "confirm"',
    );
    const publish = () => component.publish("room/:name", { name: "" }, "joined", { nick: "" });
    expect(publish).toThrow('The parameter "name" of the topic "room/:name" is ""');
    const wrong = () =>
      component.publish("room/:name", { name: "a" }, "left" as never, {} as never);
    expect(wrong).toThrow('topics of "room/:name" have no event "left"');
  });
});
