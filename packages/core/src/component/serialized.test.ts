import { describe, expect, it } from "vitest";
import type { Message } from "../contract/message.ts";
import { InMemoryRoute } from "../testing/in-memory-route.ts";
import { RecordingComponent } from "../testing/recording-component.ts";
import { RecordingLogger } from "../testing/recording-logger.ts";

/** Lets callbacks begin and end one by one. */
class Gates {
  readonly #waiting: { name: string; open: () => void }[] = [];

  get names(): string[] {
    return this.#waiting.map(({ name }) => name);
  }

  wait(name: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ name, open: resolve }));
  }

  async open(): Promise<void> {
    this.#waiting.shift()?.open();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A component whose messages wait for a gate each. */
function setUp(options: ConstructorParameters<typeof InMemoryRoute>[1] = {}) {
  const [gates, log] = [new Gates(), new RecordingLogger()];
  const component = new RecordingComponent().on("message", (_connection, message) =>
    gates.wait(message.text()),
  );
  const route = new InMemoryRoute(component, { log, ...options });
  const texts = (): string[] =>
    component.events.flatMap((event) => (event.phase === "message" ? [event.text] : []));
  return { gates, log, component, route, texts };
}

describe("callbacks of one connection", () => {
  it("run one at a time, in the order of their arrival", async () => {
    const { gates, route, texts } = setUp();
    const peer = await route.connect();
    for (const text of ["a", "b", "c"]) peer.send(text);
    expect(texts()).toEqual(["a"]);
    await gates.open();
    expect(texts()).toEqual(["a", "b"]);
    expect(gates.names).toEqual(["b"]);
    await gates.open();
    await gates.open();
    await route.settled();
    expect(texts()).toEqual(["a", "b", "c"]);
  });

  it("go back to synchronous calls when the queue is empty", async () => {
    const { gates, component, route, texts } = setUp();
    const peer = await route.connect();
    peer.send("a");
    await gates.open();
    await route.settled();
    component.on("message", () => {});
    peer.send("b");
    expect(texts()).toEqual(["a", "b"]);
  });

  it("begin with onOpen: messages wait until it has settled", async () => {
    const { gates, component, route } = setUp();
    component.on("open", () => gates.wait("open"));
    const peer = await route.connect();
    peer.send("a");
    expect(component.phases).toEqual(["open"]);
    await gates.open();
    expect(component.phases).toEqual(["open", "message"]);
  });

  it("do not wait for another connection", async () => {
    const { route, texts } = setUp();
    const [slow, fast] = [await route.connect(), await route.connect()];
    slow.send("slow");
    fast.send("fast");
    expect(texts()).toEqual(["slow", "fast"]);
  });

  it("run at once when the route is not serialized", async () => {
    const { gates, route } = setUp({ serialized: false });
    const peer = await route.connect();
    for (const text of ["a", "b"]) peer.send(text);
    expect(gates.names).toEqual(["a", "b"]);
  });

  it("may keep a message that waited, for it was copied", async () => {
    const { gates, component, route } = setUp();
    const peer = await route.connect();
    peer.send("a");
    peer.send("b");
    const kept: Message[] = [];
    component.on("message", (_connection, message) => void kept.push(message));
    await gates.open();
    expect(kept.map((message) => message.text())).toEqual(["b"]);
  });

  it("drain once for several drains while busy, and not when closed", async () => {
    const { gates, component, route } = setUp();
    const peer = await route.connect();
    const drain = (): void => {
      peer.pause();
      peer.connection.send("waits");
      peer.resume();
    };
    peer.send("a");
    drain();
    drain();
    await gates.open();
    expect(component.phases).toEqual(["open", "message", "drain"]);
    peer.send("b");
    drain();
    peer.drop();
    await gates.open();
    expect(component.phases).toEqual(["open", "message", "drain", "message", "close"]);
  });
});

describe("onClose", () => {
  it("comes after the running callback and the messages that the peer had sent before", async () => {
    const { gates, component, route } = setUp();
    const peer = await route.connect();
    for (const text of ["a", "b"]) peer.send(text);
    peer.close();
    expect(component.phases).toEqual(["open", "message"]);
    await gates.open();
    expect(component.phases).toEqual(["open", "message", "message"]);
    await gates.open();
    expect(component.phases).toEqual(["open", "message", "message", "close"]);
  });

  it("comes without the waiting messages when we closed the connection", async () => {
    const { gates, component, route } = setUp();
    const peer = await route.connect();
    for (const text of ["a", "b"]) peer.send(text);
    peer.connection.close();
    await gates.open();
    expect(component.phases).toEqual(["open", "message", "close"]);
  });

  it("comes after an async callback that closed the connection itself", async () => {
    const { gates, component, route } = setUp();
    component.on("message", async (connection) => {
      connection.close(4100);
      await gates.wait("rest of the callback");
    });
    const peer = await route.connect();
    peer.send("a");
    await Promise.resolve();
    expect(component.phases).toEqual(["open", "message"]);
    await gates.open();
    expect(component.phases).toEqual(["open", "message", "close"]);
    expect((await peer.closed).code).toBe(4100);
  });
});

describe("the queue", () => {
  it("closes with 4004 when more messages wait than allowed, and says so once", async () => {
    const { gates, log, component, route, texts } = setUp({ maxQueuedMessages: 2 });
    const peer = await route.connect();
    for (const text of ["runs", "1", "2"]) peer.send(text);
    expect(peer.connection.state).toBe("open");
    expect(peer.send("3")).toBe(true);
    expect(peer.send("4")).toBe(false);
    expect(await peer.closed).toMatchObject({ code: 4004, reason: "too many messages" });
    await gates.open();
    expect(texts()).toEqual(["runs"]);
    expect(component.events.at(-1)).toMatchObject({ event: { code: 4004, cause: "policy" } });
    expect(log.lines).toMatchObject([
      { level: "warn", fields: { rule: "queue", seen: { queuedMessages: 2 } } },
    ]);
  });

  it("closes with 4004 when more bytes wait than allowed", async () => {
    const { route } = setUp({ maxQueuedBytes: 10 });
    const peer = await route.connect();
    for (const text of ["runs", "12345", "67890"]) peer.send(text);
    expect(peer.connection.state).toBe("open");
    peer.send("x");
    expect((await peer.closed).code).toBe(4004);
  });

  it("has room again for what was handled", async () => {
    const { gates, route, texts } = setUp({ maxQueuedMessages: 1, maxQueuedBytes: 3 });
    const peer = await route.connect();
    peer.send("0");
    for (const text of ["one", "two", "six"]) {
      peer.send(text);
      await gates.open();
    }
    expect(texts()).toEqual(["0", "one", "two", "six"]);
    expect(peer.connection.state).toBe("open");
  });
});
