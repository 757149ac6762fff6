import { afterEach, describe, expect, it, vi } from "vitest";
import { settled } from "./fake-network.test-helper.ts";
import { ReconnectingWebSocket } from "./index.ts";
import { createStage, reconnect } from "./socket-stage.test-helper.ts";

describe("ReconnectingWebSocket", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("has the constants of the DOM's, on the class and on each object", () => {
    const { ws } = createStage();
    const states = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
    for (const holder of [ReconnectingWebSocket, ws]) {
      const { CONNECTING, OPEN, CLOSING, CLOSED } = holder;
      expect({ CONNECTING, OPEN, CLOSING, CLOSED }).toEqual(states);
    }
  });

  it("connects as it is told, and tells what was agreed", () => {
    const { ws, socket } = createStage();
    expect(ws.readyState).toBe(0);
    expect(ws.url).toBe("ws://server.test/echo");
    expect(socket().protocols).toEqual(["a", "b"]);
    expect(ws.protocol).toBe("");
    socket().open();
    expect(ws.readyState).toBe(1);
    expect(ws.protocol).toBe("a");
    expect(ws.extensions).toBe("");
  });

  it("is an EventTarget with the handlers of the DOM's", () => {
    const { ws, socket } = createStage();
    const heard: unknown[] = [];
    ws.onopen = (event) => void heard.push(event.type);
    ws.onmessage = function (event) {
      heard.push(event.data, event.origin, this === ws);
    };
    ws.onerror = (event) => void heard.push(event.type);
    ws.onclose = ({ code, reason, wasClean }) => void heard.push(code, reason, wasClean);
    expect(ws).toBeInstanceOf(EventTarget);
    socket().open();
    socket().receive("hi");
    socket().end(4000, "bye");
    expect(heard).toEqual(["open", "hi", "ws://server.test", true, 4000, "bye", true]);
    ws.onopen = null;
    socket().open();
    expect(heard).toHaveLength(7);
  });

  it("passes what it is sent on to the open socket", () => {
    const { ws, socket } = createStage();
    socket().open();
    ws.send("text");
    const bytes = new Uint8Array([1]);
    ws.send(bytes);
    expect(socket().sent).toEqual(["text", bytes]);
  });

  it("opens anew after a lost connection, and tells of each step", async () => {
    const stage = createStage();
    stage.socket().open();
    stage.socket().receive("hi");
    await reconnect(stage);
    expect(stage.events).toEqual([
      "open",
      "message hi",
      "error",
      "close 1006 unclean 0",
      "reconnecting 1 500",
      "open",
    ]);
    expect(stage.ws.readyState).toBe(1);
    expect(stage.network.live).toHaveLength(1);
  });

  it("shows the error behind an error event where there is one", () => {
    const { ws, socket } = createStage();
    let error: unknown;
    ws.onerror = (event) => {
      error = (event as Event & { readonly error?: unknown }).error;
    };
    const refused = new Error("connection refused");
    socket().fail(refused);
    expect(error).toBe(refused);
  });

  it.each([1000, 4500, 4999])("is closed for good by %i", (code) => {
    const { ws, socket, events, clock } = createStage();
    socket().open();
    socket().end(code);
    expect(events).toEqual(["open", `close ${code} clean 3`]);
    expect(ws.readyState).toBe(3);
    expect(clock.pendingTimers).toBe(0);
  });

  it("waits longer after each failure until a connection lasts", async () => {
    const stage = createStage();
    for (let failure = 0; failure < 3; failure += 1) {
      stage.socket().fail();
      stage.clock.advance(15_000);
      await settled();
    }
    stage.socket().open();
    stage.clock.advance(5_000);
    stage.socket().end();
    const waits = stage.events.filter((event) => event.startsWith("reconnecting"));
    expect(waits).toEqual([
      "reconnecting 1 500",
      "reconnecting 2 1000",
      "reconnecting 3 2000",
      "reconnecting 1 500",
    ]);
  });

  it("gives up an attempt that takes too long", () => {
    const { network, events, clock } = createStage({ connectTimeoutMs: 100 });
    clock.advance(100);
    expect(events).toEqual(["error", "close 1006 unclean 0", "reconnecting 1 500"]);
    expect(network.live).toEqual([]);
  });

  it("asks a URL that is a function on every attempt", async () => {
    let count = 0;
    const stage = createStage({ url: () => `ws://server.test/${++count}` });
    expect(stage.ws.url).toBe("");
    await settled();
    expect(stage.ws.url).toBe("ws://server.test/1");
    await reconnect(stage);
    expect(stage.ws.url).toBe("ws://server.test/2");
  });

  it("comes back at once when the browser is online again", async () => {
    const window = new EventTarget();
    vi.stubGlobal("addEventListener", window.addEventListener.bind(window));
    vi.stubGlobal("removeEventListener", window.removeEventListener.bind(window));
    const { network, socket } = createStage();
    socket().end();
    window.dispatchEvent(new Event("online"));
    await settled();
    expect(network.sockets).toHaveLength(2);
    window.dispatchEvent(new Event("offline"));
  });

  it("throws what the socket throws for a URL or subprotocol that it does not take", () => {
    class Picky {
      constructor() {
        throw new DOMException("no URL", "SyntaxError");
      }
    }
    const call = (): unknown => createStage({ WebSocket: Picky as never });
    expect(call).toThrow(expect.objectContaining({ name: "SyntaxError" }));
  });
});
