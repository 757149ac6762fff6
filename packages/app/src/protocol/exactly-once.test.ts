import { describe, expect, it, vi } from "vitest";
import { deferred, type FrameClient, stageOf } from "./stage.test-helper.ts";

const add = (client: FrameClient, id: number, a = id) =>
  client.send({ type: "request", name: "add", id, data: { a, b: 0 } });
const say = (client: FrameClient, id: number) =>
  client.send({ type: "event", name: "say", id, data: { text: "" } });

describe("in a session, a message takes effect once, although", () => {
  it("it was refused for overload, its answer was lost, and later ones were handled", async () => {
    const slow = deferred();
    const texts: string[] = [];
    const stage = stageOf({
      maxPendingMessages: 2,
      handlers: {
        async say(_from, { text }) {
          texts.push(text);
          if (text === "1") await slow.promise;
        },
        add: () => 0,
      },
    });
    const event = (id: number) =>
      ({ type: "event", name: "say", id, data: { text: String(id) } }) as const;
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
