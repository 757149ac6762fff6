import { afterEach, describe, expect, it, vi } from "vitest";
import { ClientStage } from "../client-stage.test-helper.ts";
import { settled } from "../fake-network.test-helper.ts";

describe("a lost connection", () => {
  it.each([1001, 1005, 1006, 1011, 1012, 4000, 4005, 4499])(
    "is followed by another one after %i",
    async (code) => {
      const stage = ClientStage.opened();
      stage.socket.end(code, "because");
      expect(stage.events).toMatchObject([
        { state: "reconnecting", attempt: 1, delayMs: 500, code, reason: "because" },
      ]);
      stage.clock.advance(500);
      await settled();
      expect(stage.network.sockets).toHaveLength(2);
      expect(stage.client.state).toBe("connecting");
    },
  );

  it.each([1000, 4500, 4501, 4502, 4504, 4999])("is the last one after %i", async (code) => {
    const stage = ClientStage.opened();
    stage.socket.end(code, "because");
    expect(stage.events).toMatchObject([{ state: "closed", code, reason: "because" }]);
    stage.clock.advance(1_000_000);
    await settled();
    expect(stage.network.sockets).toHaveLength(1);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("waits longer after each failure, by chance, up to a limit", async () => {
    const stage = new ClientStage({ reconnect: { minDelayMs: 100, maxDelayMs: 500 } });
    for (let failure = 0; failure < 5; failure += 1) {
      stage.socket.fail();
      stage.clock.advance(250);
      await settled();
    }
    const waits = stage.states.filter((state) => state.startsWith("reconnecting"));
    expect(waits).toEqual([
      "reconnecting 1 50",
      "reconnecting 2 100",
      "reconnecting 3 200",
      "reconnecting 4 250",
      "reconnecting 5 250",
    ]);
  });

  it("tells the error behind it where the socket has one", () => {
    const stage = new ClientStage();
    const error = new Error("connection refused");
    stage.socket.fail(error);
    expect(stage.events).toMatchObject([{ state: "reconnecting", code: 1006, cause: error }]);
    expect(stage.errors).toEqual([]);
  });

  it("is noticed by its error alone when it could not be made, as in Node 22", () => {
    const stage = new ClientStage();
    const error = new Error("connection refused");
    stage.socket.failWithoutClose(error);
    expect(stage.events).toMatchObject([{ state: "reconnecting", code: 1006, cause: error }]);
    expect(stage.network.live).toEqual([]);
  });

  it("counts on when the server accepts and closes at once", async () => {
    const stage = ClientStage.opened();
    await stage.reconnect();
    await stage.reconnect();
    stage.socket.end();
    expect(stage.states.at(-1)).toBe("reconnecting 3 2000");
  });

  it("is the first of a new count when it lasted for five seconds", async () => {
    const stage = ClientStage.opened();
    await stage.reconnect();
    stage.clock.advance(4_999);
    await stage.reconnect();
    stage.clock.advance(5_000);
    stage.socket.end();
    const waits = stage.states.filter((state) => state.startsWith("reconnecting"));
    expect(waits).toEqual(["reconnecting 1 500", "reconnecting 2 1000", "reconnecting 1 500"]);
  });

  it("is the first of a new count when it brought an answer", async () => {
    const stage = ClientStage.opened();
    await stage.reconnect();
    const sent = stage.client.send("wave", "hi");
    stage.socket.receiveFrame({ type: "ack", id: 1 });
    await sent;
    stage.socket.end();
    expect(stage.states.at(-1)).toBe("reconnecting 1 500");
  });

  it("is the last one when it may not be tried as often", async () => {
    const stage = new ClientStage({ reconnect: { maxAttempts: 2 } });
    await stage.lose();
    await stage.lose();
    stage.socket.end();
    expect(stage.states).toEqual([
      "reconnecting 1 500",
      "connecting",
      "reconnecting 2 1000",
      "connecting",
      "closed 1006",
    ]);
  });

  it("is the last one when reconnecting is switched off", () => {
    const stage = ClientStage.opened({ reconnect: false });
    stage.socket.end();
    expect(stage.states).toEqual(["closed 1006"]);
  });
});

describe("an attempt that takes too long", () => {
  it.each([
    { what: "open", begin: () => {} },
    { what: "welcomed", begin: (stage: ClientStage) => stage.socket.open() },
  ])("is given up when the socket is not $what in time", async ({ begin }) => {
    const stage = new ClientStage({ connectTimeoutMs: 3_000 });
    begin(stage);
    stage.clock.advance(2_999);
    expect(stage.states).toEqual([]);
    stage.clock.advance(1);
    expect(stage.states).toEqual(["reconnecting 1 500"]);
    expect(stage.events[0]).toMatchObject({ cause: { code: "ERR_CONNECT_TIMEOUT" } });
    expect(stage.network.live).toEqual([]);
  });

  it("is not heard any more while the next one waits", () => {
    const stage = new ClientStage();
    stage.clock.advance(10_000);
    stage.socket.welcome();
    expect(stage.socket.sent).toEqual([]);
    expect(stage.socket.isLive).toBe(false);
    stage.socket.end(4501);
    expect(stage.states).toEqual(["reconnecting 1 500"]);
  });

  it("closes its socket if that opens later, and ignores what it says", async () => {
    const stage = new ClientStage();
    const { socket: late } = stage;
    stage.clock.advance(10_000);
    stage.clock.advance(500);
    await settled();
    stage.socket.welcome();
    late.welcome();
    expect(late.isLive).toBe(false);
    expect(late.sent).toEqual([]);
    late.end(4501);
    expect(stage.client.state).toBe("open");
    expect(stage.network.live).toEqual([stage.socket]);
  });
});

describe("a server that says when to come back", () => {
  it("is obeyed exactly, once", async () => {
    const stage = ClientStage.opened();
    stage.socket.receiveFrame({ type: "reconnect", afterMs: 7_000 });
    stage.socket.end(1012);
    expect(stage.states).toEqual(["reconnecting 1 7000"]);
    stage.clock.advance(7_000);
    await settled();
    stage.socket.end();
    expect(stage.states.at(-1)).toBe("reconnecting 2 1000");
  });

  it("cannot send the client away for more than five minutes", () => {
    const stage = ClientStage.opened();
    stage.socket.receiveFrame({ type: "reconnect", afterMs: 1e12 });
    stage.socket.end(1012);
    expect(stage.states).toEqual(["reconnecting 1 300000"]);
  });

  it("is of no importance when the close code is final", () => {
    const stage = ClientStage.opened();
    stage.socket.receiveFrame({ type: "reconnect", afterMs: 7_000 });
    stage.socket.end(4502);
    expect(stage.states).toEqual(["closed 4502"]);
  });
});

describe("a browser's signals", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  function stubWindow(): EventTarget {
    const window = new EventTarget();
    vi.stubGlobal("addEventListener", window.addEventListener.bind(window));
    vi.stubGlobal("removeEventListener", window.removeEventListener.bind(window));
    vi.stubGlobal("document", Object.assign(window, { visibilityState: "visible" }));
    return window;
  }

  it.each(["online", "visibilitychange"])("end the wait at once with %s", async (type) => {
    const window = stubWindow();
    const stage = ClientStage.opened();
    stage.socket.end();
    window.dispatchEvent(new Event(type));
    await settled();
    expect(stage.network.sockets).toHaveLength(2);
    expect(stage.states).toEqual(["reconnecting 1 500", "connecting"]);
    window.dispatchEvent(new Event(type));
    stage.clock.advance(500);
    await settled();
    expect(stage.network.sockets).toHaveLength(2);
  });

  it("begin one attempt, however long that takes to prepare", async () => {
    const window = stubWindow();
    let asked = 0;
    const url = (): string | Promise<string> => {
      asked += 1;
      return asked === 1 ? "ws://server.test" : new Promise(() => {});
    };
    const stage = new ClientStage({ url });
    await settled();
    stage.socket.welcome();
    stage.socket.end();
    window.dispatchEvent(new Event("online"));
    stage.clock.advance(500);
    await settled();
    expect(asked).toBe(2);
  });

  it("do not shorten a wait that the server asked for", async () => {
    const window = stubWindow();
    const stage = ClientStage.opened();
    stage.socket.receiveFrame({ type: "reconnect", afterMs: 7_000 });
    stage.socket.end(1012);
    window.dispatchEvent(new Event("online"));
    await settled();
    expect(stage.network.sockets).toHaveLength(1);
  });

  it.each(["online", "offline", "visibilitychange"])("make an open client ask with %s", (type) => {
    const window = stubWindow();
    const stage = ClientStage.opened();
    window.dispatchEvent(new Event(type));
    expect(stage.socket.frames.at(-1)).toEqual({ type: "ping", seen: 0 });
    stage.clock.advance(10_000);
    expect(stage.events.at(-1)).toMatchObject({ cause: { code: "ERR_LINK_DEAD" } });
  });

  it("make it ask once, and wait no longer for that", () => {
    const window = stubWindow();
    const stage = ClientStage.opened();
    window.dispatchEvent(new Event("offline"));
    stage.clock.advance(5_000);
    window.dispatchEvent(new Event("online"));
    expect(stage.socket.frames.filter(({ type }) => type === "ping")).toHaveLength(1);
    stage.clock.advance(5_000);
    expect(stage.client.state).toBe("reconnecting");
  });

  it("ask nothing of a connection that is lost", () => {
    const window = stubWindow();
    const stage = ClientStage.opened();
    stage.socket.end();
    const timers = stage.clock.pendingTimers;
    window.dispatchEvent(new Event("offline"));
    expect(stage.clock.pendingTimers).toBe(timers);
  });

  it("are not listened to any more after the end", async () => {
    const window = stubWindow();
    const remove = vi.spyOn(globalThis, "removeEventListener");
    const stage = ClientStage.opened();
    stage.socket.end(4500);
    window.dispatchEvent(new Event("online"));
    await settled();
    expect(stage.network.sockets).toHaveLength(1);
    expect(remove).toHaveBeenCalled();
  });
});
