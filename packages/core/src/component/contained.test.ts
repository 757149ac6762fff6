import { describe, expect, it } from "vitest";
import type { Component } from "../contract/component.ts";
import { InMemoryRoute, type InMemoryRouteOptions } from "../testing/in-memory-route.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { type RecordedPhase, RecordingComponent } from "../testing/recording-component.ts";
import { RecordingLogger } from "../testing/recording-logger.ts";

const phases = ["open", "message", "drain", "close"] as const;
const failure = new Error("the component fails");
const kinds = [
  ["throws", () => fail(failure)],
  ["rejects", () => Promise.reject(failure)],
] as const;

function fail(thrown: unknown): never {
  throw thrown;
}

/** Lets a component live until its callback of this phase has been called. */
async function live(component: Component, phase: RecordedPhase, options?: InMemoryRouteOptions) {
  const log = new RecordingLogger();
  const route = new InMemoryRoute(component, { log, ...options });
  const peer = await route.connect();
  if (phase === "drain") {
    peer.pause();
    peer.connection.send("waits");
    peer.resume();
  }
  if (phase === "message") peer.send("hello");
  if (phase === "close") peer.close(4100);
  await route.settled();
  return { route, peer, log };
}

describe("a callback that fails", () => {
  it.each(phases.flatMap((phase) => kinds.map(([kind, behave]) => [kind, phase, behave] as const)))(
    "and %s in %s reaches onError with that error, phase and connection",
    async (_kind, phase, behave) => {
      const component = new RecordingComponent().on(phase, behave);
      const { peer, log } = await live(component, phase);
      expect(component.events.filter((event) => event.phase === "error")).toEqual([
        { phase: "error", connection: peer.connection, error: failure, failedPhase: phase },
      ]);
      // Handled, so nothing is logged; only a connection that never opened is closed.
      expect(log.lines).toEqual([]);
      const isClosed = phase === "open" || phase === "close";
      expect(peer.connection.state).toBe(isClosed ? "closed" : "open");
    },
  );

  it.each(phases.flatMap((phase) => kinds.map(([kind, behave]) => [kind, phase, behave] as const)))(
    "and %s in %s without an onError is logged and closes with 1011",
    async (_kind, phase, behave) => {
      const recording = new RecordingComponent().on(phase, behave);
      const component = Object.assign(recording, { onError: undefined }) as Component;
      const { peer, log } = await live(component, phase);
      expect(log.lines).toMatchObject([
        {
          level: "error",
          message: expect.stringContaining("no onError handled it"),
          fields: { err: failure, phase, connectionId: peer.connection.id },
        },
      ]);
      expect((await peer.closed).code).toBe(phase === "close" ? 4100 : 1011);
    },
  );

  it.each(phases.flatMap((phase) => kinds.map(([kind, behave]) => [kind, phase, behave] as const)))(
    "and %s in %s and again in onError is logged with both errors and closes with 1011",
    async (kind, phase, behave) => {
      const second = new Error("onError fails as well");
      const component = new RecordingComponent()
        .on(phase, behave)
        .on("error", () => (kind === "throws" ? fail(second) : Promise.reject(second)));
      const { peer, log } = await live(component, phase);
      expect(log.lines).toMatchObject([
        { level: "error", fields: { err: failure, phase, onErrorFailure: second } },
      ]);
      expect((await peer.closed).code).toBe(phase === "close" ? 4100 : 1011);
      expect(component.phases.filter((name) => name === "error")).toHaveLength(1);
      expect(component.phases.filter((name) => name === "close")).toHaveLength(1);
    },
  );

  it("after a failed onOpen is closed with 1011 although onError took note", async () => {
    const component = new RecordingComponent().on("open", () => fail(failure));
    const { peer } = await live(component, "open");
    expect(await peer.closed).toEqual({ code: 1011, reason: "internal error", wasClean: true });
    expect(component.events.at(-1)).toMatchObject({ phase: "close", event: { cause: "error" } });
    expect(component.phases).toEqual(["open", "error", "close"]);
  });

  it("in onOpen keeps away the messages of a peer that has gone meanwhile", async () => {
    let openFails: () => void = () => {};
    const component = new RecordingComponent().on(
      "open",
      () => new Promise((_resolve, reject) => (openFails = () => reject(failure))),
    );
    const route = new InMemoryRoute(component);
    const peer = await route.connect();
    peer.send("the component never saw this connection open");
    peer.drop();
    openFails();
    await route.settled();
    expect(component.phases).toEqual(["open", "error", "close"]);
  });

  it("does not disturb other connections", async () => {
    const component = new RecordingComponent();
    const route = new InMemoryRoute(component);
    const [bad, good] = [await route.connect(), await route.connect()];
    component.on("message", (connection, message) => {
      if (connection === bad.connection) throw failure;
      connection.send(message);
    });
    component.on("error", (connection) => connection.close(1011));
    bad.send("x");
    good.send("y");
    expect(good.received).toEqual(["y"]);
    expect(bad.connection.state).toBe("closed");
    await route.settled();
    expect([...route.connections]).toEqual([good.connection]);
  });

  it.each([
    ["a string", "lost"],
    ["undefined", undefined],
    ["an object without a prototype", Object.create(null)],
  ])("throwing %s gets an Error all the same", async (_name, thrown) => {
    const component = new RecordingComponent().on("message", () => fail(thrown));
    const { peer } = await live(component, "message");
    const { error } = await component.next("error");
    expect(error).toBeInstanceOf(Error);
    expect(peer.connection.state).toBe("open");
  });

  it("by returning something with a then that throws is contained too", async () => {
    // biome-ignore lint/suspicious/noThenProperty: a hostile thenable is what is tested
    const trap = Object.defineProperty({}, "then", { get: () => fail(failure) });
    const component = new RecordingComponent().on("open", () => trap as Promise<void>);
    await live(component, "open");
    expect(await component.next("error")).toMatchObject({ error: failure, failedPhase: "open" });
  });
});

describe("a callback that returns something else than a promise", () => {
  it("counts as synchronous", async () => {
    const component = new RecordingComponent<number>();
    // As the arrow function `(connection, message) => connection.send(message)` does in JavaScript.
    component.on("message", (connection, message) => connection.send(message) as never);
    const { peer } = await live(component as Component, "open");
    for (const text of ["a", "b", "c"]) peer.send(text);
    expect(peer.received).toEqual(["a", "b", "c"]);
  });
});

describe("a callback that does not settle in time", () => {
  it.each(phases)(
    "in %s reaches onError with ERR_CALLBACK_TIMEOUT, then closes with 1011",
    async (phase) => {
      const clock = new ManualClock();
      const component = new RecordingComponent().on(phase, () => new Promise<never>(() => {}));
      const route = new InMemoryRoute(component, { clock, callbackTimeoutMs: 1_000 });
      const peer = await route.connect();
      if (phase === "drain") {
        peer.pause();
        peer.connection.send("waits");
        peer.resume();
      }
      if (phase === "message") peer.send("hello");
      if (phase === "close") peer.close(4100);
      clock.advance(999);
      expect(component.phases).not.toContain("error");
      clock.advance(101);
      expect(await component.next("error")).toMatchObject({
        failedPhase: phase,
        error: { code: "ERR_CALLBACK_TIMEOUT" },
      });
      expect((await peer.closed).code).toBe(phase === "close" ? 4100 : 1011);
      await route.settled();
      expect(clock.pendingTimers).toBe(0);
    },
  );

  it("limits an onError that does not settle as well", async () => {
    const [clock, log] = [new ManualClock(), new RecordingLogger()];
    const component = new RecordingComponent()
      .on("message", () => fail(failure))
      .on("error", () => new Promise<never>(() => {}));
    const route = new InMemoryRoute(component, { clock, log, callbackTimeoutMs: 1_000 });
    const peer = await route.connect();
    peer.send("hello");
    clock.advance(1_100);
    expect((await peer.closed).code).toBe(1011);
    const onErrorFailure = { code: "ERR_CALLBACK_TIMEOUT" };
    expect(await log.next()).toMatchObject({ fields: { err: failure, onErrorFailure } });
  });

  it("waits for ever when the time-out is 0", async () => {
    const clock = new ManualClock();
    const component = new RecordingComponent().on("message", () => new Promise<never>(() => {}));
    const route = new InMemoryRoute(component, { clock, callbackTimeoutMs: 0 });
    const peer = await route.connect();
    peer.send("hello");
    clock.advance(1e9);
    await Promise.resolve();
    expect(peer.connection.state).toBe("open");
    expect(clock.pendingTimers).toBe(0);
  });
});
