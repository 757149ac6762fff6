import { describe, expect, it, vi } from "vitest";
import { deferred, type FrameClient, stageOf } from "./stage.test-helper.ts";

const add = (client: FrameClient, id: number, a = id) =>
  client.send({ type: "request", name: "add", id, data: { a, b: 0 } });
const say = (client: FrameClient, id: number) =>
  client.send({ type: "event", name: "say", id, data: { text: "" } });

/** An event that says its id. */
const event = (id: number) =>
  ({ type: "event", name: "say", id, data: { text: String(id) } }) as const;

/** A component with room for few messages, where the event 1 holds up the others. */
function crowded(maxPendingMessages: number) {
  const slow = deferred();
  const texts: string[] = [];
  const stage = stageOf({
    maxPendingMessages,
    handlers: {
      async say(_from, { text }) {
        texts.push(text);
        if (text === "1") await slow.promise;
      },
      add: () => 0,
    },
  });
  return { stage, slow, texts };
}

describe("in a session, a message takes effect once, although", () => {
  it("it was refused for overload, its answer was lost, and later ones were handled", async () => {
    const { stage, slow, texts } = crowded(2);
    const first = await stage.connect();
    await first.hello();
    for (const id of [1, 2, 3]) first.send(event(id));
    expect(await first.next()).toMatchObject({ id: 3, code: "ERR_OVERLOADED" });
    slow.resolve();
    for (const id of [1, 2]) expect(await first.next()).toEqual({ type: "ack", id });
    first.send(event(4));
    first.peer.drop();
    const second = await stage.connect();
    await second.hello();
    for (const id of [3, 4, 5]) {
      second.send(event(id));
      expect(await second.next()).toEqual({ type: "ack", id });
    }
    expect(texts).toEqual(["1", "2", "4", "3", "5"]);
  });

  it("it was refused for overload before the first new message of its connection", async () => {
    const { stage, slow, texts } = crowded(1);
    const first = await stage.connect();
    await first.hello();
    first.send(event(1));
    first.peer.drop();
    const second = await stage.connect();
    await second.hello();
    for (const id of [1, 2, 3]) second.send(event(id));
    expect(await second.next()).toMatchObject({ id: 3, code: "ERR_OVERLOADED" });
    slow.resolve();
    for (const id of [1, 2]) expect(await second.next()).toEqual({ type: "ack", id });
    second.send(event(4));
    expect(await second.next()).toEqual({ type: "ack", id: 4 });
    second.peer.drop();
    const third = await stage.connect();
    await third.hello();
    third.send(event(3));
    expect(await third.next()).toEqual({ type: "ack", id: 3 });
    expect(texts).toEqual(["1", "2", "4", "3"]);
  });

  it("it is repeated behind a full lane: what is known needs no turn", async () => {
    const never = deferred();
    const say = vi.fn((_from, { text }) => (text === "" ? undefined : never.promise));
    const stage = stageOf({ maxPendingMessages: 1, handlers: { say, add: () => 0 } });
    const first = await stage.connect();
    await first.hello();
    first.send({ type: "event", name: "say", id: 1, data: { text: "" } });
    first.send({ type: "event", name: "say", id: 2, data: { text: "slow" } });
    first.send({ type: "event", name: "say", id: 1, data: { text: "" } });
    const ack = { type: "ack", id: 1 };
    expect(first.received.slice(1)).toEqual([ack, ack]);
    expect(say).toHaveBeenCalledTimes(2);
  });

  it("it is repeated before its handler gives up: then it is handled again", async () => {
    const gate = deferred();
    let runs = 0;
    const stage = stageOf({
      handlers: {
        say: () => {},
        add: async (_from, _data, { signal }) => {
          runs += 1;
          if (runs === 1) await gate.promise;
          signal.throwIfAborted();
          return runs;
        },
      },
    });
    const first = await stage.connect();
    await first.hello();
    add(first, 1);
    first.peer.drop();
    const second = await stage.connect();
    await second.hello();
    add(second, 1);
    expect(second.received).toHaveLength(1);
    gate.resolve();
    expect(await second.next()).toEqual({ type: "response", id: 1, data: 2 });
  });

  it("too much is refused for overload: then the connection is closed with 4004", async () => {
    const never = deferred();
    const stage = stageOf({
      maxPendingMessages: 2,
      handlers: { say: () => never.promise, add: () => 0 },
    });
    const client = await stage.connect();
    await client.hello();
    for (const id of [1, 2, 3, 4, 5]) say(client, id);
    expect(await client.peer.closed).toMatchObject({ code: 4004 });
  });

  it("its handler goes on after the connection has closed and its time is over", async () => {
    const slow = deferred<number>();
    const handlers = { say: () => {}, add: vi.fn(() => slow.promise) };
    const stage = stageOf({ handlers, handlerTimeoutMs: 100 });
    const first = await stage.connect();
    await first.hello();
    add(first, 1);
    first.peer.drop();
    stage.clock.advance(100);
    await stage.route.settled();
    const second = await stage.connect();
    await second.hello();
    add(second, 1);
    expect(await second.next()).toMatchObject({ id: 1, code: "ERR_HANDLER_TIMEOUT" });
    expect(handlers.add).toHaveBeenCalledTimes(1);
  });

  it("the answer to a failed event had to make room: it is not acknowledged afterwards", async () => {
    const stage = stageOf({ sessions: { maxReplies: 1 } });
    const client = await stage.connect();
    await client.hello();
    client.send({ type: "event", name: "say", id: 1, data: {} });
    add(client, 2);
    say(client, 3);
    for (const id of [1, 2, 3]) expect(await client.next()).toMatchObject({ id });
    client.send({ type: "event", name: "say", id: 1, data: {} });
    say(client, 3);
    expect(await client.next()).toMatchObject({ id: 1, code: "ERR_REPLY_LOST" });
    expect(await client.next()).toEqual({ type: "ack", id: 3 });
  });
});
