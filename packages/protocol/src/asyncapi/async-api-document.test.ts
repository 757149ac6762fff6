import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineProtocol, type TopicDefinition } from "../index.ts";
import { asyncApiDocument } from "./async-api-document.ts";
import type { AsyncApiDocument } from "./async-api-types.ts";
import type { ProtocolInfo } from "./protocol-info.ts";
import {
  bothWays,
  empty,
  everything,
  info,
  recursive,
  small,
  withTopics,
} from "./protocols.test-helper.ts";

function documentOf(protocol: Parameters<typeof asyncApiDocument>[0], more = {}): AsyncApiDocument {
  return asyncApiDocument(protocol, { ...info, ...more } as ProtocolInfo);
}

describe("the application", () => {
  test("the info is what was said about it", () => {
    expect(documentOf(small).info).toEqual({
      title: "Chat",
      version: "1.4.0",
      description: "Talk to each other.",
    });
  });

  test("the server and the address come from the url", () => {
    const document = documentOf(small);
    expect(document.servers).toEqual({ server: { host: "example.com", protocol: "wss" } });
    expect(document.channels["connection"]?.address).toBe("/chat");
  });

  test("there is no server when only the path is known", () => {
    const document = asyncApiDocument(small, { title: "Chat", version: "1", path: "/chat" });
    expect(document).not.toHaveProperty("servers");
    expect(document.channels["connection"]?.address).toBe("/chat");
  });

  test("the subprotocols are named", () => {
    const subprotocols = ["windlass.v1.msgpack", "windlass.v1.json"];
    const connection = documentOf(small, { subprotocols }).channels["connection"];
    expect(connection?.["x-windlass-subprotocols"]).toEqual(subprotocols);
    const headers = connection?.bindings?.ws.headers.properties;
    expect(headers).toHaveProperty("Sec-WebSocket-Protocol.examples", subprotocols);
  });
});

describe("messages", () => {
  test("the server receives what clients send, as a whole frame", () => {
    const { operations, channels } = documentOf(small);
    expect(operations["client.say"]).toMatchObject({
      action: "receive",
      channel: { $ref: "#/channels/connection" },
      messages: [{ $ref: "#/channels/connection/messages/client.say" }],
    });
    expect(channels["connection"]?.messages["client.say"]?.payload).toMatchObject({
      type: "object",
      required: ["type", "name", "data"],
      properties: {
        type: { const: "event" },
        id: { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
        name: { const: "say" },
        data: { properties: { text: { type: "string", maxLength: 500 } }, required: ["text"] },
      },
    });
  });

  test("the server sends its own, which nobody acknowledges", () => {
    const { operations, channels } = documentOf(small);
    expect(operations["server.said"]?.action).toBe("send");
    expect(operations["server.said"]).not.toHaveProperty("reply");
    const { payload } = channels["connection"]?.messages["server.said"] ?? {};
    expect(payload?.properties).not.toHaveProperty("id");
  });

  test("a client's event with an id is answered with ack or error", () => {
    expect(documentOf(small).operations["client.say"]?.reply?.messages).toEqual([
      { $ref: "#/channels/connection/messages/control.ack" },
      { $ref: "#/channels/connection/messages/control.error" },
    ]);
  });

  test.each(["client.history", "server.confirm"])(
    "%s is answered with its result or error",
    (id) => {
      const { operations, channels } = documentOf(bothWays);
      expect(operations[id]?.action).toBe(id.startsWith("client") ? "receive" : "send");
      expect(operations[id]?.reply?.messages).toEqual([
        { $ref: `#/channels/connection/messages/${id}.response` },
        { $ref: "#/channels/connection/messages/control.error" },
      ]);
      const messages = channels["connection"]?.messages ?? {};
      expect(messages[id]?.payload.required).toContain("id");
      expect(messages[`${id}.response`]?.payload).toMatchObject({
        required: ["type", "id", "data"],
        properties: { type: { const: "response" } },
      });
      expect(messages[id]?.correlationId).toEqual(messages[`${id}.response`]?.correlationId);
    },
  );

  test("ids are unique, also where names are alike", () => {
    const messages = documentOf(everything).channels["connection"]?.messages ?? {};
    const names = Object.entries(messages).map(([id, { name }]) => [id, name]);
    expect(names).toEqual(
      expect.arrayContaining([
        ["client.with-colon", "with:colon"],
        ["client.with-colon-2", "with-colon"],
        ["client.history.response", "history.response"],
        ["client.history.response-2", "history.response"],
        ["client.constructor", "constructor"],
      ]),
    );
  });

  test("data may be missing where the schema takes that", () => {
    const messages = documentOf(everything).channels["connection"]?.messages ?? {};
    const optional = ["client.anything", "client.with-colon-2", "server.ask.response"];
    for (const id of optional) expect(messages[id]?.payload.required).not.toContain("data");
    for (const id of ["client.custom", "server.ask", "server.told"]) {
      expect(messages[id]?.payload.required).toContain("data");
    }
  });

  test("title, description and examples of the data are those of the message", () => {
    const say = z.object({ text: z.string() }).meta({
      title: "Say something",
      description: "Says it to all.\n\nAlso to oneself.",
      examples: [{ text: "hello" }],
    });
    const document = documentOf(defineProtocol({ client: { say } }));
    expect(document.channels["connection"]?.messages["client.say"]).toMatchObject({
      title: "Say something",
      summary: "Says it to all.",
      description: "Says it to all.\n\nAlso to oneself.",
      examples: [{ payload: { type: "event", name: "say", data: { text: "hello" } } }],
    });
  });

  test("a message whose data is a shared schema has its title and description", () => {
    const messages = documentOf(recursive).channels["connection"]?.messages ?? {};
    expect(messages["client.post"]).toMatchObject({
      title: "A comment",
      summary: "What somebody wrote.",
    });
    expect(messages["server.posted"]).toMatchObject({
      title: "A comment",
      summary: "What was posted, if it is still there.",
    });
  });
});

describe("topics", () => {
  test("the topics of a pattern are a channel of their own", () => {
    const channel = documentOf(withTopics).channels["topic.room.name"];
    expect(channel).toMatchObject({
      address: "room/{name}",
      "x-windlass-topic": "room/:name",
      "x-windlass-history": { size: 50, ttlMs: 60_000 },
      "x-windlass-presence": { properties: { nick: { type: "string" } } },
    });
    expect(Object.keys(channel?.parameters ?? {})).toEqual(["name"]);
  });

  test("publications are sent on it, with topics of this pattern only", () => {
    const { operations, channels } = documentOf(withTopics);
    const id = "topic.org.v1.org.room.name.joined";
    expect(operations[id]).toMatchObject({
      action: "send",
      channel: { $ref: "#/channels/topic.org.v1.org.room.name" },
    });
    const { payload } = channels["topic.org.v1.org.room.name"]?.messages[id] ?? {};
    const topic = payload?.properties?.["topic"] as { pattern: string };
    const fits = (text: string): boolean => new RegExp(topic.pattern).test(text);
    expect(fits("org.v1/a%2Fb/room/b")).toBe(true);
    expect(fits("org-v1/a/room/b")).toBe(false);
    expect(fits("org.v1/a/room/b/c")).toBe(false);
    expect(fits("org.v1//room/b")).toBe(false);
  });

  test("publications are numbered where the topic has a history", () => {
    const { channels } = documentOf(withTopics);
    const payloadOf = (topic: string, name: string): unknown =>
      channels[topic]?.messages[`${topic}.${name}`]?.payload;
    expect(payloadOf("topic.room.name", "joined")).toMatchObject({
      required: ["type", "topic", "name", "data"],
      properties: { offset: { type: "integer", minimum: 1 }, epoch: { type: "string" } },
    });
    expect(payloadOf("topic.news", "published")).not.toHaveProperty("properties.offset");
  });

  test("subscribing and publishing are described only where there are topics", () => {
    const ids = ["receive.subscribe", "receive.publish", "send.subscribed", "send.unsubscribed"];
    for (const id of ids) {
      expect(documentOf(withTopics).operations).toHaveProperty([`control.${id}`]);
      expect(documentOf(small).operations).not.toHaveProperty([`control.${id}`]);
    }
  });

  test("gaps are described only where there is history, members where there is presence", () => {
    const topic = { events: {} };
    const history = { size: 1, ttlMs: 1 };
    const controlOf = (definition: TopicDefinition): readonly string[] =>
      Object.keys(documentOf(defineProtocol({ topics: { a: definition } })).operations).filter(
        (id) => /gap|presence/.test(id),
      );
    expect(controlOf(topic)).toEqual([]);
    expect(controlOf({ ...topic, history })).toEqual(["control.send.gap"]);
    expect(controlOf({ ...topic, presence: z.string() })).toEqual([
      "control.receive.presence",
      "control.send.presence",
    ]);
  });
});

describe("an empty protocol", () => {
  test("has control frames only", () => {
    const document = documentOf(empty);
    const tags = Object.values(document.operations).map(({ tags: [tag] }) => tag?.name);
    expect(new Set(tags)).toEqual(new Set(["control"]));
    expect(document.components.schemas).toEqual({});
  });
});
