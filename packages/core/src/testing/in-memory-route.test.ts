import { describe, expect, it } from "vitest";
import type { Component } from "../contract/component.ts";
import type { Connection } from "../contract/connection.ts";
import { connectInMemory, InMemoryRoute } from "./in-memory-route.ts";
import { RecordingComponent } from "./recording-component.ts";
import { RecordingLogger } from "./recording-logger.ts";

const echo: Component = { onMessage: (connection, message) => void connection.send(message) };

describe("a connection in memory", () => {
  it("carries text and bytes both ways, synchronously", async () => {
    const peer = await connectInMemory(echo);
    peer.send("grüße");
    peer.send(Uint8Array.of(0, 255));
    expect(peer.received).toEqual(["grüße", Uint8Array.of(0, 255)]);
    expect(await peer.next()).toBe("grüße");
    expect(await peer.next()).toEqual(Uint8Array.of(0, 255));
  });

  it("tells the component who connects", async () => {
    const component = new RecordingComponent();
    const peer = await connectInMemory(component, {
      path: "/room/7",
      params: { id: "7" },
      query: { token: "a b" },
      headers: { "User-Agent": "test" },
      origin: "https://example.com",
      ip: "203.0.113.7",
      host: "Example.com:8443",
      scheme: "wss",
      subprotocol: "chat",
      user: { userId: "eve" },
    });
    const { connection } = await component.next("open");
    expect(connection).toBe(peer.connection);
    const { handshake, user } = connection;
    expect(user).toEqual({ userId: "eve" });
    expect(handshake).toMatchObject({ path: "/room/7", params: { id: "7" }, scheme: "wss" });
    expect(handshake).toMatchObject({
      host: "example.com",
      ip: "203.0.113.7",
      subprotocol: "chat",
    });
    expect(handshake.query.get("token")).toBe("a b");
    const names = ["user-agent", "origin", "host", "sec-websocket-protocol"];
    expect(names.map((name) => handshake.headers.get(name))).toEqual([
      "test",
      "https://example.com",
      "Example.com:8443",
      "chat",
    ]);
  });

  it("has an id of its own and a logger that names it", async () => {
    const log = new RecordingLogger();
    const route = new InMemoryRoute(echo, { log });
    const [one, two] = [await route.connect(), await route.connect({ ip: "203.0.113.7" })];
    expect(one.connection.id).not.toBe(two.connection.id);
    two.connection.log.info({ step: 1 }, "hello");
    expect(log.lines).toEqual([
      {
        level: "info",
        message: "hello",
        fields: { connectionId: two.connection.id, ip: "203.0.113.7", step: 1 },
      },
    ]);
  });

  it("closes with the code and reason of the peer", async () => {
    const component = new RecordingComponent();
    const peer = await connectInMemory(component);
    peer.close(4100, "bye");
    expect(await component.next("close")).toMatchObject({
      event: { code: 4100, reason: "bye", wasClean: true, cause: "peer" },
    });
    expect(await peer.closed).toEqual({ code: 4100, reason: "bye", wasClean: true });
    expect(peer.send("late")).toBe(false);
    expect(peer.connection.send("late")).toBe("closed");
  });

  it("closes with 1005 when the peer gives no code, and refuses codes that cannot be sent", async () => {
    const peer = await connectInMemory(echo);
    expect(() => peer.close(1006)).toThrow("cannot be sent");
    expect(peer.connection.state).toBe("open");
    peer.close();
    expect((await peer.closed).code).toBe(1005);
  });

  it("ends with 1006 on both sides when the peer is gone", async () => {
    const component = new RecordingComponent();
    const peer = await connectInMemory(component);
    peer.drop();
    expect(await component.next("close")).toMatchObject({
      event: { code: 1006, reason: "", wasClean: false, cause: "peer" },
    });
    expect(await peer.closed).toEqual({ code: 1006, reason: "", wasClean: false });
  });

  it("ends with 1006 for the peer when the server terminates it", async () => {
    const component = new RecordingComponent();
    const peer = await connectInMemory(component);
    peer.connection.terminate();
    expect(await peer.closed).toEqual({ code: 1006, reason: "", wasClean: false });
    expect((await component.next("close")).event).toMatchObject({ cause: "server", code: 1006 });
  });

  it("is closed inside close(), with onClose to follow in a microtask", async () => {
    const component = new RecordingComponent();
    const peer = await connectInMemory(component);
    peer.connection.close({ code: 4500, reason: "x".repeat(200), cause: "policy" });
    expect(peer.connection.state).toBe("closed");
    expect(component.phases).toEqual(["open"]);
    await Promise.resolve();
    expect(component.events[1]).toMatchObject({
      phase: "close",
      event: { code: 4500, reason: "x".repeat(123), wasClean: true, cause: "policy" },
    });
  });

  it("closes with 1009 at a message that is too big", async () => {
    const component = new RecordingComponent();
    const peer = await connectInMemory(component, { maxPayloadBytes: 4 });
    peer.send("1234");
    peer.send("12345");
    expect((await peer.closed).code).toBe(1009);
    expect((await component.next("close")).event.cause).toBe("too-big");
    expect(component.phases).toEqual(["open", "message", "close"]);
  });

  it("refuses to send what is no message, as the transport does", async () => {
    const { connection } = await connectInMemory(echo);
    expect(() => connection.send({ text: "hello" } as never)).toThrow("JSON.stringify");
  });

  it("copies what is sent", async () => {
    const peer = await connectInMemory(echo);
    const bytes = Uint8Array.of(1, 2, 3);
    peer.connection.send(bytes);
    bytes.fill(9);
    expect(peer.received).toEqual([Uint8Array.of(1, 2, 3)]);
  });

  it("rejects next() when nothing can come any more", async () => {
    const peer = await connectInMemory(echo);
    peer.connection.send("last");
    peer.connection.close(4100, "bye");
    expect(await peer.next()).toBe("last");
    await expect(peer.next()).rejects.toThrow('the connection closed with 4100 "bye"');
  });

  it("runs the events of a peer after the callback in which a test causes them", async () => {
    const component = new RecordingComponent();
    const route = new InMemoryRoute(component);
    const [first, second] = [await route.connect(), await route.connect()];
    const order: string[] = [];
    component.on("message", (connection) => {
      if (connection === second.connection) return void order.push("second");
      second.send("from inside");
      first.close();
      order.push("first has returned");
    });
    component.on("close", () => void order.push("close"));
    first.send("hello");
    expect(order).toEqual(["first has returned", "second", "close"]);
  });
});

describe("a peer that does not read", () => {
  const options = { maxBackpressureBytes: 10 };

  it("makes sends buffered, then drained", async () => {
    const component = new RecordingComponent();
    const peer = await connectInMemory(component, options);
    peer.pause();
    expect(peer.connection.send("12345")).toBe("buffered");
    expect(peer.connection.bufferedBytes).toBe(5);
    expect(peer.received).toEqual([]);
    peer.resume();
    expect(peer.received).toEqual(["12345"]);
    expect(component.phases).toEqual(["open", "drain"]);
    expect(peer.connection.send("x")).toBe("sent");
    peer.resume();
    expect(component.phases).toEqual(["open", "drain"]);
  });

  it("is closed with 4000 when more piles up than allowed, after what was buffered", async () => {
    const component = new RecordingComponent();
    const peer = await connectInMemory(component, options);
    peer.pause();
    peer.connection.send("12345");
    expect(peer.connection.send("123456")).toBe("dropped");
    expect(peer.connection.state).toBe("closed");
    expect((await component.next("close")).event).toMatchObject({ cause: "backpressure" });
    peer.resume();
    expect(peer.received).toEqual(["12345"]);
    expect((await peer.closed).code).toBe(4000);
  });

  it("only loses messages when the route says so", async () => {
    const peer = await connectInMemory(echo, { ...options, slowConsumer: "drop" });
    peer.pause();
    const statuses = ["12345", "123456", "12345", "x"].map((text) => peer.connection.send(text));
    expect(statuses).toEqual(["buffered", "dropped", "buffered", "dropped"]);
    peer.resume();
    expect(peer.received).toEqual(["12345", "12345"]);
  });

  it("never gets a message above the limit, even when it reads", async () => {
    const peer = await connectInMemory(echo, { ...options, slowConsumer: "drop" });
    expect(peer.connection.send("x".repeat(11))).toBe("dropped");
    expect(peer.connection.send("x".repeat(10))).toBe("sent");
  });

  it("loses what is buffered when it is dropped", async () => {
    const peer = await connectInMemory(echo);
    peer.pause();
    peer.connection.send("lost");
    peer.connection.close(4100);
    peer.drop();
    peer.resume();
    expect(peer.received).toEqual([]);
    expect((await peer.closed).code).toBe(1006);
  });
});

describe("topics of a route in memory", () => {
  /** Ratchet's chat in six lines. */
  const chat = (): { route: InMemoryRoute } => {
    const component: Component = {
      onOpen: (connection) => void connection.subscribe("chat"),
      onMessage: (connection, message) =>
        void route.publish("chat", message.text(), { except: connection }),
    };
    const route: InMemoryRoute = new InMemoryRoute(component);
    return { route };
  };

  it("let several peers talk", async () => {
    const { route } = chat();
    const peers = await Promise.all([route.connect(), route.connect(), route.connect()]);
    peers[0]?.send("hello");
    expect(peers.map((peer) => peer.received)).toEqual([[], ["hello"], ["hello"]]);
    expect(route.publish("chat", Uint8Array.of(1))).toBe(true);
    expect(peers[0]?.received).toEqual([Uint8Array.of(1)]);
  });

  it("end with unsubscribe and with the connection", async () => {
    const { route } = chat();
    const { connection } = await route.connect();
    const gone = await route.connect();
    expect(connection.unsubscribe("chat")).toBe(true);
    expect(connection.unsubscribe("chat")).toBe(false);
    gone.drop();
    expect(gone.connection.subscribe("chat")).toBe(false);
    expect(route.publish("chat", "anybody?")).toBe(false);
  });

  it("must have a name that the transport takes as well", async () => {
    const { route } = chat();
    const { connection } = await route.connect();
    for (const topic of ["", "x".repeat(256), 7 as never]) {
      expect(() => connection.subscribe(topic)).toThrow("The topic");
      expect(() => connection.unsubscribe(topic)).toThrow("The topic");
      expect(() => route.publish(topic, "x")).toThrow("The topic");
    }
    expect(connection.subscribe("x".repeat(255))).toBe(true);
  });

  it("apply the policy for slow consumers to publications", async () => {
    const component = new RecordingComponent().on(
      "open",
      (connection: Connection) => void connection.subscribe("news"),
    );
    const route = new InMemoryRoute(component, { maxBackpressureBytes: 10 });
    const peer = await route.connect();
    peer.pause();
    route.publish("news", "1234567890");
    expect(peer.connection.bufferedBytes).toBe(10);
    route.publish("news", "x");
    expect((await component.next("close")).event.code).toBe(4000);
  });
});
