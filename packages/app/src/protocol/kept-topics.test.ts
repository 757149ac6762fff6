import type { InMemoryRouteOptions } from "@windlass/core/testing";
import { defineProtocol, ProtocolError } from "@windlass/protocol";
import { msgpackCodec } from "@windlass/protocol/msgpack";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type FrameClient, Stage } from "./stage.test-helper.ts";

const protocol = defineProtocol({
  topics: {
    "room/:name": {
      events: { said: z.object({ text: z.string() }), left: z.void() },
      history: { size: 3, ttlMs: 60_000 },
    },
    "price/:of": {
      events: { is: z.number() },
      history: { size: 1, ttlMs: 60_000, isLastValue: true },
    },
    plain: { events: { is: z.number() } },
  },
});

const anybody = { authorize: () => true };

function keptStage(routeOptions: InMemoryRouteOptions = {}) {
  const stage = new Stage(
    protocol,
    {
      topics: {
        "room/:name": {
          ...anybody,
          publish: (connection, { name }, event, data) => {
            if (name === "locked") throw new ProtocolError("LOCKED", "The room is locked.");
            return event === "said" && connection.user?.userId !== "guest" && data !== undefined;
          },
        },
        "price/:of": anybody,
        plain: anybody,
      },
    },
    routeOptions,
  );
  const say = (text: string, room = "a") =>
    stage.component.publish("room/:name", { name: room }, "said", { text });
  const subscribe = (client: FrameClient, topic: string, since?: unknown) => {
    client.send({ type: "subscribe", id: 1, topic, ...(since !== undefined && { since }) });
    return client.next();
  };
  return { stage, say, subscribe };
}

describe("a topic with history", () => {
  it("numbers its publications and says where it stands", async () => {
    const { stage, say, subscribe } = keptStage();
    const client = await stage.connect();
    expect(await subscribe(client, "room/a")).toEqual({ type: "response", id: 1, data: {} });
    const { position } = await say("one");
    const epoch = position?.epoch;
    const said = { type: "publication", topic: "room/a", name: "said" };
    expect(await client.next()).toEqual({ ...said, data: { text: "one" }, offset: 1, epoch });
    await stage.component.publish("room/:name", { name: "a" }, "left", undefined);
    expect(await client.next()).toEqual({ ...said, name: "left", offset: 2, epoch });
    const later = await stage.connect();
    expect(await subscribe(later, "room/a")).toEqual({
      type: "response",
      id: 1,
      data: { position: { epoch, offset: 2 } },
    });
  });

  it.each([undefined, msgpackCodec])("sends what was missed before the answer", async (codec) => {
    const { stage, say, subscribe } = keptStage();
    const first = await say("one");
    await say("two");
    await say("three");
    const client = await (codec === undefined ? stage.connect() : stage.connect({}, codec));
    expect(await subscribe(client, "room/a", first.position)).toMatchObject({
      data: { text: "two" },
    });
    expect(await client.next()).toMatchObject({ data: { text: "three" }, offset: 3 });
    expect(await client.next()).toEqual({
      type: "response",
      id: 1,
      data: { position: { ...first.position, offset: 3 }, recovered: true },
    });
    await say("four");
    expect(await client.next()).toMatchObject({ offset: 4 });
  });

  it("says why it cannot", async () => {
    const { stage, say, subscribe } = keptStage();
    const { position } = await say("one");
    for (const text of ["two", "three", "four", "five"]) await say(text);
    const client = await stage.connect();
    expect(await subscribe(client, "room/a", position)).toMatchObject({
      data: { position: { offset: 5 }, recovered: false, gap: "trimmed" },
    });
    expect(await subscribe(client, "plain", position)).toMatchObject({
      data: { recovered: false, gap: "expired" },
    });
  });

  it("says that it is too much when it does not fit into the buffer", async () => {
    const { stage, say, subscribe } = keptStage({ maxBackpressureBytes: 2_000 });
    const { position } = await say("one");
    await say("x".repeat(1_500));
    const client = await stage.connect();
    expect(await subscribe(client, "room/a", position)).toMatchObject({
      data: { text: "x".repeat(1_500) },
    });
    await say("y".repeat(1_500));
    const other = await stage.connect();
    expect(await subscribe(other, "room/a", position)).toMatchObject({
      data: { position: { offset: 3 }, recovered: false, gap: "limit" },
    });
    await say("z");
    expect(await other.next()).toMatchObject({ data: { text: "z" }, offset: 4 });
  });

  it("goes on after something that is no JSON, and leaves it out", async () => {
    const { stage, say, subscribe } = keptStage();
    const { position } = await say("one");
    await stage.route.topics.publish("room/a", "no JSON", { attributes: { event: "said" } });
    await say("three");
    const client = await stage.connect();
    expect(await subscribe(client, "room/a", position)).toMatchObject({ data: { text: "three" } });
    expect(await client.next()).toMatchObject({ data: { recovered: true } });
  });

  it("leaves out what was not for this connection", async () => {
    const { stage, say, subscribe } = keptStage();
    const { position } = await say("one");
    const client = await stage.connect();
    const [me] = stage.component.connections;
    const options = { exclude: [me?.id ?? ""] };
    await stage.component.publish("room/:name", { name: "a" }, "said", { text: "two" }, options);
    await say("three");
    expect(await subscribe(client, "room/a", position)).toMatchObject({ data: { text: "three" } });
  });

  it("gives the newest value to who comes", async () => {
    const { stage, subscribe } = keptStage();
    for (const price of [1, 2]) {
      await stage.component.publish("price/:of", { of: "x" }, "is", price);
    }
    const client = await stage.connect();
    expect(await subscribe(client, "price/x")).toMatchObject({ data: 2, offset: 2 });
    expect(await client.next()).toMatchObject({ data: { position: { offset: 2 } } });
  });

  it("can be read by the server", async () => {
    const { stage, say } = keptStage();
    await say("one");
    const page = await stage.component.history("room/:name", { name: "a" });
    expect(page.publications).toEqual([
      {
        topic: "room/a",
        data: '{"text":"one"}',
        attributes: { event: "said" },
        position: page.position,
      },
    ]);
  });

  it("publishes once with an idempotency key", async () => {
    const { stage } = keptStage();
    const once = () =>
      stage.component.publish(
        "room/:name",
        { name: "a" },
        "said",
        { text: "x" },
        {
          idempotencyKey: "k",
        },
      );
    expect(await once()).toMatchObject({ isDuplicate: false, position: { offset: 1 } });
    expect(await once()).toMatchObject({ isDuplicate: true, position: { offset: 1 } });
  });
});

describe("a client that publishes", () => {
  const publication = {
    type: "publish",
    id: 7,
    topic: "room/a",
    name: "said",
    data: { text: "hi" },
  };

  it("is answered with the position", async () => {
    const { stage, subscribe } = keptStage();
    const [writer, reader] = [await stage.connect(), await stage.connect()];
    await subscribe(reader, "room/a");
    writer.send(publication);
    expect(await writer.next()).toMatchObject({
      type: "response",
      id: 7,
      data: { position: { offset: 1 } },
    });
    expect(await reader.next()).toMatchObject({ type: "publication", data: { text: "hi" } });
  });

  it.each([
    ["ERR_PUBLISH_REFUSED", { name: "left", data: undefined }],
    ["ERR_PUBLISH_REFUSED", { topic: "plain", name: "is", data: 1 }],
    ["ERR_DATA_INVALID", { data: { text: 1 } }],
    ["ERR_NAME_UNKNOWN", { name: "constructor" }],
    ["ERR_TOPIC_UNKNOWN", { topic: "nowhere" }],
    ["LOCKED", { topic: "room/locked" }],
  ])("is refused with %s (case %#)", async (code, change) => {
    const { stage } = keptStage();
    const client = await stage.connect();
    client.send({ ...publication, ...change });
    expect(await client.next()).toMatchObject({ type: "error", id: 7, code });
  });

  it("is closed for very many mistakes at once, and what a schema throws is not logged", async () => {
    const broken = defineProtocol({
      topics: {
        list: {
          events: {
            many: z.array(z.int()),
            throwing: z.string().refine((text) => {
              throw new Error(`secret ${text}`);
            }),
          },
        },
      },
    });
    const policy = { authorize: () => true, publish: () => true };
    const stage = new Stage(broken, { topics: { list: policy } });
    const client = await stage.connect();
    client.send({ type: "publish", id: 1, topic: "list", name: "throwing", data: "payload" });
    expect(await client.next()).toMatchObject({ id: 1, code: "ERR_HANDLER_FAILED" });
    expect(JSON.stringify(stage.log.lines)).not.toContain("secret payload");
    const data = Array.from({ length: 1_000 }, () => "no number");
    client.send({ type: "publish", id: 2, topic: "list", name: "many", data });
    expect(await client.peer.closed).toMatchObject({ code: 4500 });
  });

  it("publishes once in a session, however often it asks", async () => {
    const { stage } = keptStage();
    const client = await stage.connect();
    await client.hello();
    client.send(publication);
    const answer = await client.next();
    client.send(publication);
    expect(await client.next()).toEqual(answer);
    const again = await stage.connect();
    await again.hello();
    again.send(publication);
    expect(await again.next()).toEqual(answer);
    const { publications } = await stage.component.history("room/:name", { name: "a" });
    expect(publications).toHaveLength(1);
  });
});

describe("a server that subscribes", () => {
  it("tells the client, also of the end", async () => {
    const { stage, say } = keptStage();
    const client = await stage.connect();
    const [connection] = stage.component.connections;
    await say("before");
    await connection?.subscribe("room/:name", { name: "a" });
    expect(await client.next()).toMatchObject({ type: "subscribed", position: { offset: 1 } });
    await say("after");
    expect(await client.next()).toMatchObject({ data: { text: "after" } });
    expect(connection?.unsubscribe("room/:name", { name: "a" })).toBe(true);
    expect(connection?.unsubscribe("room/:name", { name: "a" })).toBe(false);
    expect(await client.next()).toEqual({ type: "unsubscribed", topic: "room/a" });
  });
});
