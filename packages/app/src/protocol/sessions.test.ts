import { jsonCodec } from "@windlass/protocol";
import { msgpackCodec } from "@windlass/protocol/msgpack";
import { describe, expect, it, vi } from "vitest";
import { deferred, type FrameClient, sessionName, stageOf } from "./stage.test-helper.ts";

const add = (client: FrameClient, id: number, a = id) =>
  client.send({ type: "request", name: "add", id, data: { a, b: 0 } });
const say = (client: FrameClient, id: number) =>
  client.send({ type: "event", name: "say", id, data: { text: "" } });

describe("in a session", () => {
  it("a message that is sent again takes effect once and gets the same answer", async () => {
    const handlers = { say: vi.fn(), add: vi.fn((_from, { a }) => a * 2) };
    const stage = stageOf({ handlers });
    const first = await stage.connect();
    expect(await first.hello()).toEqual({
      type: "welcome",
      connection: first.peer.connection.id,
      resumed: false,
    });
    say(first, 1);
    add(first, 2);
    first.peer.drop();
    const second = await stage.connect();
    expect(await second.hello()).toMatchObject({ resumed: true });
    say(second, 1);
    add(second, 2);
    add(second, 3);
    expect(await second.next()).toEqual({ type: "ack", id: 1 });
    expect(await second.next()).toEqual({ type: "response", id: 2, data: 4 });
    expect(await second.next()).toEqual({ type: "response", id: 3, data: 6 });
    expect(handlers.say).toHaveBeenCalledTimes(1);
    expect(handlers.add).toHaveBeenCalledTimes(2);
  });

  it("a failure is kept as an answer, too", async () => {
    const stage = stageOf();
    const first = await stage.connect();
    await first.hello();
    first.send({ type: "event", name: "say", id: 1, data: {} });
    first.send({ type: "request", name: "nothing", id: 2 });
    first.peer.drop();
    const second = await stage.connect();
    await second.hello();
    first.send({ type: "event", name: "say", id: 1, data: {} });
    second.send({ type: "event", name: "say", id: 1, data: {} });
    second.send({ type: "request", name: "nothing", id: 2 });
    expect(await second.next()).toMatchObject({ id: 1, code: "ERR_DATA_INVALID" });
    expect(await second.next()).toMatchObject({ id: 2, code: "ERR_NAME_UNKNOWN" });
    expect(stage.component.stats.violations).toBe(2);
  });

  it("the answer to a message from before the cut goes to the new connection", async () => {
    const slow = deferred<number>();
    const handlers = { say: () => {}, add: vi.fn(() => slow.promise) };
    const stage = stageOf({ handlers });
    const first = await stage.connect();
    await first.hello();
    add(first, 1);
    first.peer.drop();
    const second = await stage.connect();
    await second.hello();
    add(second, 1);
    expect(handlers.add).toHaveBeenCalledTimes(1);
    slow.resolve(8);
    expect(await second.next()).toEqual({ type: "response", id: 1, data: 8 });
  });

  it("a handler that gave up because the connection closed runs again when asked again", async () => {
    let runs = 0;
    const stage = stageOf({
      handlers: {
        say: () => {},
        add: (_from, _data, { signal }) => {
          runs += 1;
          if (runs > 1) return runs;
          return new Promise<number>((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason));
          });
        },
      },
    });
    const first = await stage.connect();
    await first.hello();
    add(first, 1);
    first.peer.drop();
    await stage.route.settled();
    const second = await stage.connect();
    await second.hello();
    add(second, 1);
    expect(await second.next()).toEqual({ type: "response", id: 1, data: 2 });
  });

  it("later events wait for one that a former connection began", async () => {
    const slow = deferred();
    const texts: string[] = [];
    const stage = stageOf({
      handlers: {
        async say(_from, { text }) {
          if (text === "one") await slow.promise;
          texts.push(text);
        },
        add: () => 0,
      },
    });
    const first = await stage.connect();
    await first.hello();
    first.send({ type: "event", name: "say", id: 1, data: { text: "one" } });
    first.peer.drop();
    const second = await stage.connect();
    await second.hello();
    second.send({ type: "event", name: "say", id: 1, data: { text: "one" } });
    second.send({ type: "event", name: "say", id: 2, data: { text: "two" } });
    expect(texts).toEqual([]);
    slow.resolve();
    await stage.route.settled();
    expect(second.received.slice(1)).toMatchObject([{ id: 1 }, { id: 2 }]);
    expect(texts).toEqual(["one", "two"]);
  });

  it("what waited on a closed connection is not handled before it is sent again", async () => {
    const slow = deferred();
    const say = vi.fn(() => slow.promise);
    const stage = stageOf({ handlers: { say, add: () => 0 } });
    const first = await stage.connect();
    await first.hello();
    for (const id of [1, 2]) first.send({ type: "event", name: "say", id, data: { text: "" } });
    first.peer.drop();
    slow.resolve();
    await stage.route.settled();
    expect(say).toHaveBeenCalledTimes(1);
    const second = await stage.connect();
    await second.hello();
    for (const id of [1, 2]) second.send({ type: "event", name: "say", id, data: { text: "" } });
    expect(await second.next()).toEqual({ type: "ack", id: 1 });
    expect(await second.next()).toEqual({ type: "ack", id: 2 });
    expect(say).toHaveBeenCalledTimes(2);
  });

  it("answers are forgotten when the client has seen them, and beyond the limits", async () => {
    const stage = stageOf({
      sessions: { maxReplies: 2 },
      handlers: { say: () => {}, add: (_from, { a }) => a },
    });
    const client = await stage.connect();
    await client.hello();
    for (const id of [1, 2, 3]) add(client, id);
    for (const id of [1, 2, 3]) expect(await client.next()).toMatchObject({ id, data: id });
    client.send({ type: "ping", seen: 2 });
    expect(await client.next()).toEqual({ type: "pong" });
    for (const id of [1, 2, 3]) add(client, id);
    expect(await client.next()).toMatchObject({ id: 1, code: "ERR_REPLY_LOST" });
    expect(await client.next()).toMatchObject({ id: 2, code: "ERR_REPLY_LOST" });
    expect(await client.next()).toEqual({ type: "response", id: 3, data: 3 });

    const tight = stageOf({ sessions: { maxReplyBytes: 40 } });
    const other = await tight.connect();
    await other.hello();
    for (const id of [1, 2]) add(other, id);
    for (const id of [1, 2]) expect(await other.next()).toMatchObject({ id });
    for (const id of [1, 2]) add(other, id);
    expect(await other.next()).toMatchObject({ id: 1, code: "ERR_REPLY_LOST" });
    expect(await other.next()).toMatchObject({ id: 2, type: "response" });
  });
});

describe("a session", () => {
  it("is forgotten after retainMs, and not while its client is there", async () => {
    const stage = stageOf({ sessions: { retainMs: 1_000 } });
    const first = await stage.connect();
    await first.hello();
    say(first, 1);
    stage.clock.advance(10_000);
    first.peer.drop();
    stage.clock.advance(999);
    const second = await stage.connect();
    expect(await second.hello()).toMatchObject({ resumed: true });
    second.peer.drop();
    stage.clock.advance(1_100);
    expect(stage.component.stats.sessions).toBe(0);
    expect(stage.clock.pendingTimers).toBe(0);
    const third = await stage.connect();
    expect(await third.hello()).toMatchObject({ resumed: false });
  });

  it("goes, when too many are away, the longest away first", async () => {
    const stage = stageOf({ sessions: { maxRetained: 2 } });
    const names = ["a", "b", "c"].map((letter) => letter.repeat(16));
    for (const session of names) {
      const client = await stage.connect();
      await client.hello({ session });
      say(client, 1);
      client.peer.drop();
    }
    expect(stage.component.stats.sessions).toBe(2);
    const resumed = [];
    for (const session of names) resumed.push(await (await stage.connect()).hello({ session }));
    expect(resumed).toMatchObject([{ resumed: false }, { resumed: true }, { resumed: true }]);
  });

  it("is taken over by the latest connection, which ends the former one", async () => {
    const stage = stageOf();
    const first = await stage.connect();
    await first.hello();
    say(first, 1);
    expect(await first.next()).toEqual({ type: "ack", id: 1 });
    const second = await stage.connect();
    expect(await second.hello()).toMatchObject({ resumed: true });
    expect(await first.peer.closed).toMatchObject({ code: 4504 });
    await stage.route.settled();
    say(second, 1);
    say(second, 2);
    expect(await second.next()).toEqual({ type: "ack", id: 1 });
    expect(await second.next()).toEqual({ type: "ack", id: 2 });
    expect(stage.component.stats.sessions).toBe(1);
  });

  it("belongs to the user who began it", async () => {
    const stage = stageOf();
    const anna = await stage.connect({ user: { userId: "anna" } });
    await anna.hello();
    const ben = await stage.connect({ user: { userId: "ben" } });
    expect(await ben.hello()).toMatchObject({ resumed: false });
    expect(anna.peer.connection.state).toBe("open");
  });

  it("begins anew with another codec, because kept answers are encoded", async () => {
    const stage = stageOf();
    const first = await stage.connect({}, jsonCodec);
    await first.hello();
    add(first, 1);
    const second = await stage.connect({}, msgpackCodec);
    expect(await second.hello()).toMatchObject({ resumed: false });
    first.peer.drop();
    add(second, 1);
    expect(await second.next()).toEqual({ type: "response", id: 1, data: 1 });
    expect(stage.component.stats.sessions).toBe(1);
  });

  it("is not lost with one of another codec that it replaced", async () => {
    const stage = stageOf({ sessions: { retainMs: 1_000 } });
    const first = await stage.connect({}, jsonCodec);
    await first.hello();
    say(first, 1);
    first.peer.drop();
    const second = await stage.connect({}, msgpackCodec);
    await second.hello();
    say(second, 1);
    stage.clock.advance(2_000);
    expect(stage.component.stats.sessions).toBe(1);
    second.peer.drop();
    const third = await stage.connect({}, msgpackCodec);
    expect(await third.hello()).toMatchObject({ resumed: true });
  });

  it("goes when the answers of those who are away weigh too much", async () => {
    const stage = stageOf({ sessions: { maxRetainedBytes: 100 } });
    for (const session of ["a".repeat(16), "b".repeat(16)]) {
      const client = await stage.connect();
      await client.hello({ session });
      for (const id of [1, 2]) add(client, id);
      client.peer.drop();
    }
    expect(stage.component.stats.sessions).toBe(1);
    const second = await stage.connect();
    expect(await second.hello({ session: "b".repeat(16) })).toMatchObject({ resumed: true });
  });

  it("is not kept for a client that has sent nothing, and never with retainMs 0", async () => {
    for (const retainMs of [0, 1_000]) {
      const stage = stageOf({ sessions: { retainMs } });
      const client = await stage.connect();
      await client.hello();
      if (retainMs === 0) say(client, 1);
      client.peer.drop();
      expect(stage.component.stats.sessions).toBe(0);
    }
  });

  it("is begun once per connection", async () => {
    const client = await stageOf().connect();
    await client.hello();
    client.send({ type: "hello", session: sessionName });
    expect(await client.next()).toMatchObject({ code: "ERR_FRAME_INVALID" });
    const late = await stageOf().connect();
    add(late, 1);
    late.send({ type: "hello", session: sessionName });
    expect(await late.next()).toMatchObject({ type: "response" });
    expect(await late.next()).toMatchObject({ code: "ERR_FRAME_INVALID" });
  });

  it("is not needed to say hello", async () => {
    const stage = stageOf();
    const client = await stage.connect();
    client.send({ type: "hello" });
    expect(await client.next()).toMatchObject({ type: "welcome", resumed: false });
    expect(stage.component.stats.sessions).toBe(0);
  });
});
