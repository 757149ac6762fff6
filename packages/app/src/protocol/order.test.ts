import { describe, expect, it } from "vitest";
import { deferred, type FrameClient, stageOf } from "./stage.test-helper.ts";

const say = (client: FrameClient, text: string, id?: number) =>
  client.send({ type: "event", name: "say", data: { text }, ...(id !== undefined && { id }) });
const add = (client: FrameClient, id: number, a = 1) =>
  client.send({ type: "request", name: "add", id, data: { a, b: 1 } });

describe("messages of one connection", () => {
  it("wait behind an event that takes its time, in their order", async () => {
    const first = deferred();
    const log: string[] = [];
    const stage = stageOf({
      handlers: {
        async say(_from, { text }) {
          log.push(`${text} begins`);
          if (text === "one") await first.promise;
          log.push(`${text} ends`);
        },
        add: (_from, { a }) => {
          log.push(`add ${a}`);
          return a;
        },
      },
    });
    const client = await stage.connect();
    say(client, "one", 1);
    add(client, 2);
    say(client, "two", 3);
    add(client, 4, 9);
    expect(log).toEqual(["one begins"]);
    first.resolve();
    const ids = [];
    for (let index = 0; index < 4; index += 1) ids.push(await client.next());
    expect(ids).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }]);
    expect(log).toEqual(["one begins", "one ends", "add 1", "two begins", "two ends", "add 9"]);
  });

  it("do not wait behind a request, which is answered when it is done", async () => {
    const slow = deferred<number>();
    const stage = stageOf({
      handlers: { say: () => {}, add: (_from, { a }) => (a === 1 ? slow.promise : a) },
    });
    const client = await stage.connect();
    add(client, 1, 1);
    add(client, 2, 2);
    say(client, "", 3);
    expect(await client.next()).toMatchObject({ id: 2 });
    expect(await client.next()).toEqual({ type: "ack", id: 3 });
    expect(stage.component.stats.running).toBe(1);
    slow.resolve(5);
    expect(await client.next()).toEqual({ type: "response", id: 1, data: 5 });
  });

  it("let a handler that holds the lane ask the client and get its answer", async () => {
    const stage = stageOf({
      handlers: {
        async say(from) {
          const yes = await from.request("confirm", { question: "sure?" });
          from.send("said", { text: String(yes) });
        },
        add: () => 0,
      },
    });
    const client = await stage.connect();
    say(client, "", 7);
    expect(await client.next()).toEqual({
      type: "request",
      id: 1,
      name: "confirm",
      data: { question: "sure?" },
    });
    client.send({ type: "ping" });
    expect(await client.next()).toEqual({ type: "pong" });
    client.send({ type: "response", id: 1, data: true });
    expect(await client.next()).toEqual({ type: "event", name: "said", data: { text: "true" } });
    expect(await client.next()).toEqual({ type: "ack", id: 7 });
  });

  it("wait behind onOpen, which may ask the client meanwhile", async () => {
    const log: string[] = [];
    const stage = stageOf({
      async onOpen(connection) {
        log.push(`open ${await connection.request("confirm", { question: "in?" })}`);
      },
      onClose: () => void log.push("closed"),
      handlers: { say: (_from, { text }) => void log.push(text), add: () => 0 },
    });
    const client = await stage.connect();
    say(client, "early", 1);
    expect(await client.next()).toMatchObject({ type: "request", name: "confirm" });
    expect(log).toEqual([]);
    client.send({ type: "response", id: 1, data: true });
    expect(await client.next()).toEqual({ type: "ack", id: 1 });
    client.peer.drop();
    await stage.route.settled();
    expect(log).toEqual(["open true", "early", "closed"]);
  });

  it("are followed by onClose only when onOpen has settled", async () => {
    const opening = deferred();
    const log: string[] = [];
    const stage = stageOf({
      onOpen: () => opening.promise.then(() => void log.push("opened")),
      onClose: () => void log.push("closed"),
    });
    const client = await stage.connect();
    client.peer.drop();
    opening.resolve();
    await stage.route.settled();
    expect(log).toEqual(["opened", "closed"]);
  });

  it("are bounded in number and bytes while they wait", async () => {
    const first = deferred();
    const stage = stageOf({
      handlers: { say: () => first.promise, add: () => 0 },
      maxPendingMessages: 3,
    });
    const client = await stage.connect();
    say(client, "", 1);
    add(client, 2);
    add(client, 3);
    add(client, 4);
    expect(await client.next()).toMatchObject({ type: "error", id: 4, code: "ERR_OVERLOADED" });
    first.resolve();
    expect(await client.next()).toEqual({ type: "ack", id: 1 });
    expect(await client.next()).toMatchObject({ type: "response", id: 2 });

    const small = stageOf({
      handlers: { say: () => first.promise, add: () => 0 },
      maxPendingBytes: 150,
    });
    const other = await small.connect();
    const never = deferred();
    const held = stageOf({
      handlers: { say: () => never.promise, add: () => 0 },
      maxPendingBytes: 150,
    });
    const third = await held.connect();
    say(third, "", 1);
    add(third, 2);
    add(third, 3);
    expect(await third.next()).toMatchObject({ id: 3, code: "ERR_OVERLOADED" });
    add(other, 1);
    expect(await other.next()).toMatchObject({ type: "response", id: 1 });
  });

  it("are bounded while they are in work", async () => {
    const never = deferred<number>();
    const stage = stageOf({
      handlers: { say: () => {}, add: () => never.promise },
      maxPendingMessages: 2,
    });
    const client = await stage.connect();
    for (const id of [1, 2, 3]) add(client, id);
    expect(await client.next()).toMatchObject({ id: 3, code: "ERR_OVERLOADED" });
    expect(stage.component.stats.running).toBe(2);
  });

  it("may not share the id of one that is not answered yet", async () => {
    const slow = deferred<number>();
    const stage = stageOf({ handlers: { say: () => {}, add: () => slow.promise } });
    const client = await stage.connect();
    add(client, 1);
    add(client, 1);
    // Without the id: one with it would answer the first message.
    const refusal = await client.next();
    expect(refusal).toMatchObject({ code: "ERR_FRAME_INVALID" });
    expect(refusal).not.toHaveProperty("id");
    slow.resolve(3);
    expect(await client.next()).toEqual({ type: "response", id: 1, data: 3 });
  });
});

describe("a handler", () => {
  it("is given up after handlerTimeoutMs, and what it does later is ignored", async () => {
    const slow = deferred<number>();
    let signal: AbortSignal | undefined;
    const stage = stageOf({
      handlers: {
        say: () => {},
        add: (_from, _data, call) => {
          signal = call.signal;
          return slow.promise;
        },
      },
      handlerTimeoutMs: 100,
    });
    const client = await stage.connect();
    add(client, 1);
    stage.clock.advance(100);
    expect(await client.next()).toMatchObject({ id: 1, code: "ERR_HANDLER_TIMEOUT" });
    expect(signal?.aborted).toBe(true);
    slow.resolve(3);
    await stage.route.settled();
    expect(client.received).toHaveLength(1);
    expect(stage.component.stats.running).toBe(0);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("learns from its signal that the client has cancelled", async () => {
    const stage = stageOf({
      handlers: {
        say: () => {},
        add: (_from, _data, { signal }) =>
          new Promise<number>((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason));
          }),
      },
    });
    const client = await stage.connect();
    add(client, 1);
    client.send({ type: "cancel", id: 1 });
    client.send({ type: "cancel", id: 99 });
    expect(await client.next()).toMatchObject({ id: 1, code: "ERR_CANCELLED" });
    expect(stage.log.lines).toEqual([]);
  });

  it("learns from its signal, and the connection's, that the connection has closed", async () => {
    const seen: boolean[] = [];
    const done = deferred<number>();
    const order: string[] = [];
    const stage = stageOf({
      handlers: {
        say: () => {},
        add: async (from, _data, call) => {
          call.signal.addEventListener("abort", () => seen.push(from.signal.aborted));
          await done.promise;
          order.push("handler");
          return 1;
        },
      },
      onClose: (_connection, { code }) => void order.push(`closed ${code}`),
    });
    const client = await stage.connect();
    add(client, 1);
    client.peer.close(1000);
    expect(seen).toEqual([true]);
    expect(order).toEqual([]);
    done.resolve(1);
    await stage.route.settled();
    expect(order).toEqual(["handler", "closed 1000"]);
    expect(stage.component.stats).toMatchObject({ connections: 0, running: 0 });
  });

  it("gets an aborted signal when it asks for it late", async () => {
    const go = deferred();
    const seen: boolean[] = [];
    const stage = stageOf({
      handlers: {
        say: async (from, _data, call) => {
          await go.promise;
          seen.push(call.signal.aborted, from.signal.aborted);
        },
        add: () => 0,
      },
    });
    const client = await stage.connect();
    say(client, "");
    client.peer.drop();
    go.resolve();
    await stage.route.settled();
    expect(seen).toEqual([true, true]);
  });
});
