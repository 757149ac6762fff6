import type { Connection, Route } from "@windlass/app";
import { expect, it } from "vitest";
import { encodeFrame, Opcode } from "../support/frames.ts";
import { JournalingComponent } from "../support/journaling-component.ts";
import { RawClient } from "../support/raw-client.ts";
import { startApp } from "../support/start-app.ts";

/** Two routes, and clients that subscribe to the topics in their query. */
async function startStage() {
  const component = new JournalingComponent();
  component.onOpen = (connection): void => {
    for (const topic of connection.handshake.query.getAll("topic")) connection.subscribe(topic);
    component.opens.write(connection);
  };
  const routes: Route[] = [];
  const { port } = await startApp((app) => {
    routes.push(app.route("/one", component, ["*"]), app.route("/two", component, ["*"]));
  });
  const [one, two] = routes;
  if (one === undefined || two === undefined) throw new Error("no routes");
  const open = async (
    path: string,
  ): Promise<{ readonly client: RawClient; readonly connection: Connection }> => {
    const client = await RawClient.open(port, path);
    const opens = component.opens.entries;
    const connection = opens[opens.length - 1];
    if (connection === undefined) throw new Error("no connection");
    return { client, connection };
  };
  return { component, one, two, open };
}

/** Everything the client got so far: asks for a last message and returns the ones before. */
async function textsOf(client: RawClient, connection: Connection): Promise<readonly string[]> {
  connection.send("(end)");
  const texts: string[] = [];
  for (;;) {
    const text = await client.text();
    if (text === "(end)") return texts;
    texts.push(text);
  }
}

it("a publication reaches the subscribers of its topic, in order, and nobody else", async () => {
  const { one, open } = await startStage();
  const both = await open("/one?topic=news&topic=sports");
  const news = await open("/one?topic=news");
  const none = await open("/one");
  expect(await one.publish("news", "n1")).toMatchObject({ hasSubscribers: true });
  expect(await one.publish("sports", "s1")).toMatchObject({ hasSubscribers: true });
  expect(await one.publish("news", "n2")).toMatchObject({ hasSubscribers: true });
  expect(await one.publish("weather", "w1")).toMatchObject({ hasSubscribers: false });
  expect(await textsOf(both.client, both.connection)).toEqual(["n1", "s1", "n2"]);
  expect(await textsOf(news.client, news.connection)).toEqual(["n1", "n2"]);
  expect(await textsOf(none.client, none.connection)).toEqual([]);
});

it("bytes are published as a binary message", async () => {
  const { one, open } = await startStage();
  const { client } = await open("/one?topic=t");
  await one.publish("t", new Uint8Array([1, 2, 255]).subarray(1));
  await one.publish("t", new Uint8Array([3]).buffer);
  const frames = [await client.frame(), await client.frame()];
  expect(frames.map(({ opcode }) => opcode)).toEqual([Opcode.Binary, Opcode.Binary]);
  expect(frames.map(({ payload }) => [...payload])).toEqual([[2, 255], [3]]);
});

it("a received message is published as it came, without a copy", async () => {
  const { component, one, open } = await startStage();
  const { client } = await open("/one?topic=t");
  component.onMessage = (_from, message): void => void one.publish("t", message);
  client.write(encodeFrame(Opcode.Text, "grün"));
  client.write(encodeFrame(Opcode.Binary, new Uint8Array([0, 255])));
  const frames = [await client.frame(), await client.frame()];
  expect(frames.map(({ opcode }) => opcode)).toEqual([Opcode.Text, Opcode.Binary]);
  expect(frames.map(({ payload }) => [...payload])).toEqual([
    [...new TextEncoder().encode("grün")],
    [0, 255],
  ]);
});

it("except leaves one connection out", async () => {
  const { one, open } = await startStage();
  const sender = await open("/one?topic=t");
  const other = await open("/one?topic=t");
  expect(await one.publish("t", "to others", { except: sender.connection })).toMatchObject({
    hasSubscribers: true,
  });
  expect(await textsOf(other.client, other.connection)).toEqual(["to others"]);
  expect(await textsOf(sender.client, sender.connection)).toEqual([]);
});

it("except says that there was nobody when there is only that connection", async () => {
  const { one, open } = await startStage();
  const sender = await open("/one?topic=t");
  expect(await one.publish("t", "to nobody", { except: sender.connection })).toMatchObject({
    hasSubscribers: false,
  });
  expect(await textsOf(sender.client, sender.connection)).toEqual([]);
});

it("except with a connection that is not subscribed reaches all subscribers", async () => {
  const { one, open } = await startStage();
  const sender = await open("/one");
  const other = await open("/one?topic=t");
  expect(await one.publish("t", "hi", { except: sender.connection })).toMatchObject({
    hasSubscribers: true,
  });
  expect(await textsOf(other.client, other.connection)).toEqual(["hi"]);
});

it("except with a connection that is subscribed to something else reaches all subscribers", async () => {
  const { one, open } = await startStage();
  const sender = await open("/one?topic=other");
  const other = await open("/one?topic=t");
  expect(await one.publish("t", "hi", { except: sender.connection })).toMatchObject({
    hasSubscribers: true,
  });
  expect(await textsOf(other.client, other.connection)).toEqual(["hi"]);
});

it("except with a connection of another route or another app reaches all subscribers", async () => {
  const { one, open } = await startStage();
  const { client, connection } = await open("/one?topic=t");
  const elsewhere = await open("/two?topic=t");
  const foreign = await (await startStage()).open("/one?topic=t");
  expect(await one.publish("t", "from two", { except: elsewhere.connection })).toMatchObject({
    hasSubscribers: true,
  });
  expect(await one.publish("t", "from afar", { except: foreign.connection })).toMatchObject({
    hasSubscribers: true,
  });
  expect(await textsOf(client, connection)).toEqual(["from two", "from afar"]);
  expect(await textsOf(foreign.client, foreign.connection)).toEqual([]);
});

it("except with a connection that is closed reaches everybody", async () => {
  const { component, one, open } = await startStage();
  const sender = await open("/one?topic=t");
  const other = await open("/one?topic=t");
  sender.connection.close();
  await component.closes.find();
  expect(await one.publish("t", "farewell", { except: sender.connection })).toMatchObject({
    hasSubscribers: true,
  });
  expect(await textsOf(other.client, other.connection)).toEqual(["farewell"]);
});

it("topics of routes do not mix", async () => {
  const { one, two, open } = await startStage();
  const first = await open("/one?topic=t");
  const second = await open("/two?topic=t");
  await one.publish("t", "on one");
  await two.publish("t", "on two");
  expect(await textsOf(first.client, first.connection)).toEqual(["on one"]);
  expect(await textsOf(second.client, second.connection)).toEqual(["on two"]);
  // Also not for one who knows how topics are kept apart.
  expect(await one.publish("1/t", "smuggled")).toMatchObject({ hasSubscribers: false });
});

it("unsubscribe ends it, and so does the end of the connection", async () => {
  const { component, one, open } = await startStage();
  const { client, connection } = await open("/one?topic=t");
  await one.publish("t", "before");
  expect(connection.unsubscribe("t")).toBe(true);
  expect(connection.unsubscribe("t")).toBe(false);
  expect(await one.publish("t", "after")).toMatchObject({ hasSubscribers: false });
  expect(await textsOf(client, connection)).toEqual(["before"]);

  expect(connection.subscribe("t")).toBe(true);
  client.destroy();
  await component.closes.find();
  expect(await one.publish("t", "gone")).toMatchObject({ hasSubscribers: false });
  expect(connection.subscribe("t")).toBe(false);
  expect(connection.unsubscribe("t")).toBe(false);
});

it("broadcast reaches every connection of the route but one", async () => {
  const { one, open } = await startStage();
  const members = [await open("/one"), await open("/one"), await open("/one")];
  const stranger = await open("/two");
  const [first, ...others] = members;
  if (first === undefined) throw new Error("no member");
  one.broadcast("hello", { except: first.connection });
  one.broadcast("all");
  expect(await textsOf(first.client, first.connection)).toEqual(["all"]);
  for (const { client, connection } of others) {
    expect(await textsOf(client, connection)).toEqual(["hello", "all"]);
  }
  expect(await textsOf(stranger.client, stranger.connection)).toEqual([]);
});

it.each(["", "x".repeat(256)])("a topic that is no topic is refused (case %#)", async (topic) => {
  const { one, open } = await startStage();
  const { connection } = await open("/one");
  const invalid = expect.objectContaining({ code: "ERR_TOPIC_INVALID" });
  expect(() => connection.subscribe(topic)).toThrow(invalid);
  expect(() => connection.unsubscribe(topic)).toThrow(invalid);
  await expect(one.publish(topic, "x")).rejects.toEqual(invalid);
  expect(connection.subscribe("x".repeat(255))).toBe(true);
});
