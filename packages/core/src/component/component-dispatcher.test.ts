import { describe, expect, it } from "vitest";
import type { Component } from "../contract/component.ts";
import type { Message } from "../contract/message.ts";
import { connectInMemory, InMemoryRoute } from "../testing/in-memory-route.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { RecordingComponent } from "../testing/recording-component.ts";

describe("createDispatcher", () => {
  it("needs nothing of a component but onMessage", async () => {
    const component: Component = {
      onMessage: (connection, message) => void connection.send(message),
    };
    const route = new InMemoryRoute(component);
    const peer = await route.connect();
    peer.send("hello");
    peer.pause();
    peer.connection.send("waits");
    peer.resume();
    expect(peer.received).toEqual(["hello", "waits"]);
    peer.close(1000);
    await route.settled();
    expect(route.connections.size).toBe(0);
  });

  it.each(["open", "message", "drain", "error"] as const)(
    "calls onClose once and last when close is called inside %s",
    async (phase) => {
      const component = new RecordingComponent();
      const order: string[] = [];
      component.on(phase, (connection: { close(code: number): void }) => {
        connection.close(4100);
        connection.close(4200);
        order.push(`${phase} has returned`);
      });
      component.on("close", () => void order.push("close"));
      if (phase === "error") {
        component.on("message", () => {
          throw new Error("fails");
        });
      }
      const route = new InMemoryRoute(component);
      const peer = await route.connect();
      peer.pause();
      peer.connection.send("waits");
      peer.resume();
      peer.send("hello");
      await route.settled();
      expect(order).toEqual([`${phase} has returned`, "close"]);
      expect((await peer.closed).code).toBe(4100);
      expect(component.events.at(-1)).toMatchObject({ phase: "close", event: { code: 4100 } });
    },
  );

  it("ignores close inside onClose", async () => {
    const component = new RecordingComponent().on("close", (connection) => {
      connection.close();
      connection.terminate();
      expect(connection.send("anybody?")).toBe("closed");
      expect(connection.state).toBe("closed");
    });
    const route = new InMemoryRoute(component);
    const peer = await route.connect();
    peer.close(4100, "bye");
    await route.settled();
    expect(component.phases).toEqual(["open", "close"]);
  });

  it("knows the open connections", async () => {
    const route = new InMemoryRoute(new RecordingComponent());
    const [first, second] = [await route.connect(), await route.connect()];
    expect([...route.connections]).toEqual([first.connection, second.connection]);
    first.close();
    expect([...route.connections]).toEqual([second.connection]);
  });

  it("settles when the last async callback of any connection has", async () => {
    const component = new RecordingComponent();
    const opens: (() => void)[] = [];
    component.on("close", () => new Promise((resolve) => opens.push(resolve)));
    const route = new InMemoryRoute(component);
    const peers = [await route.connect(), await route.connect()];
    for (const peer of peers) peer.drop();
    let isSettled = false;
    const settled = route.settled().then(() => {
      isSettled = true;
    });
    for (const open of opens) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(isSettled).toBe(false);
      open();
    }
    await settled;
  });

  it("limits the rate before messages can fill the queue, by the clock it is given", async () => {
    const clock = new ManualClock();
    const component = new RecordingComponent().on("message", () => new Promise(() => {}));
    const rateLimit = { messagesPerSecond: 1, messageBurst: 2 };
    const route = new InMemoryRoute(component, { rateLimit, clock, maxQueuedMessages: 1 });
    const peer = await route.connect();
    peer.send("runs");
    peer.send("waits");
    peer.send("too fast");
    expect((await peer.closed).code).toBe(4002);
    const other = await route.connect();
    other.send("1");
    other.send("2");
    clock.advance(1_000);
    expect(other.connection.state).toBe("open");
  });
});

describe("a message", () => {
  it("that a synchronous callback kept has expired afterwards", async () => {
    const kept: Message[] = [];
    const peer = await connectInMemory({
      onMessage: (_connection, message) => void kept.push(message),
    });
    peer.send("hello");
    expect(() => kept[0]?.text()).toThrow("read after its callback had returned");
  });

  it("that was retained has not", async () => {
    const kept: Message[] = [];
    const peer = await connectInMemory({
      onMessage: (_connection, message) => void kept.push(message.retain()),
    });
    peer.send("hello");
    expect(kept[0]?.text()).toBe("hello");
  });

  it("of an async callback lives as long as the callback, and longer", async () => {
    const component = new RecordingComponent();
    const texts: string[] = [];
    component.on("message", async (_connection, message) => {
      await new Promise((resolve) => setImmediate(resolve));
      texts.push(message.text());
    });
    const route = new InMemoryRoute(component);
    const peer = await route.connect();
    peer.send("hello");
    await route.settled();
    expect(texts).toEqual(["hello"]);
  });
});
