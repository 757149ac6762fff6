import { afterEach, describe, expect, it, vi } from "vitest";
import { ClientStage, chat, codeOf, rejection } from "../client-stage.test-helper.ts";
import { settled } from "../fake-network.test-helper.ts";
import { connect } from "../index.ts";

describe("connect", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("offers the subprotocol of its codec and wants binary messages as buffers", () => {
    const { socket } = new ClientStage();
    expect(socket.url).toBe("ws://server.test/chat");
    expect(socket.protocols).toEqual(["windlass.v1.json"]);
    expect(socket.binaryType).toBe("arraybuffer");
  });

  it("greets with a secret session, and is open when it was welcomed", () => {
    const stage = new ClientStage();
    const { client, socket } = stage;
    expect(client.state).toBe("connecting");
    socket.open();
    expect(socket.frames).toEqual([
      { type: "hello", session: expect.stringMatching(/^\d+(-\d+){4}$/), seen: 0 },
    ]);
    expect(client.state).toBe("connecting");
    socket.receiveFrame({ type: "welcome", connection: "c1", resumed: false });
    expect(client.state).toBe("open");
    expect(stage.events).toEqual([{ state: "open", resumed: false }]);
  });

  it("has the same session on all its connections, and another one than other clients", async () => {
    const stage = ClientStage.opened();
    const session = stage.socket.frames[0]?.["session"];
    await stage.reconnect();
    expect(stage.socket.frames[0]?.["session"]).toBe(session);
    expect(ClientStage.opened().socket.frames[0]?.["session"]).not.toBe(session);
  });

  it("says in opened() when it is open", async () => {
    const stage = new ClientStage();
    let isOpen = false;
    const waiting = stage.client.opened().then(() => {
      isOpen = true;
    });
    await settled();
    expect(isOpen).toBe(false);
    stage.socket.welcome();
    await waiting;
    await stage.client.opened();
  });

  it("rejects opened() when it is closed before it was open, and ever after", async () => {
    const stage = new ClientStage();
    const waiting = rejection(stage.client.opened());
    stage.client.close();
    expect(await waiting).toBe("ERR_CONNECTION_CLOSED");
    expect(await rejection(stage.client.opened())).toBe("ERR_CONNECTION_CLOSED");
  });

  it("takes the WebSocket of the platform when none is given", () => {
    const urls: string[] = [];
    vi.stubGlobal(
      "WebSocket",
      class {
        constructor(url: string) {
          urls.push(url);
        }
        close(): void {}
      },
    );
    const handlers = { confirm: () => true, date: () => new Date() };
    connect(chat, "ws://server.test", { handlers }).close();
    expect(urls).toEqual(["ws://server.test"]);
  });

  it("says what to install where there is no WebSocket", () => {
    vi.stubGlobal("WebSocket", undefined);
    const handlers = { confirm: () => true, date: () => new Date() };
    const call = (): unknown => connect(chat, "ws://server.test", { handlers });
    expect(call).toThrow(/npm install ws/);
    expect(call).toThrow(expect.objectContaining({ code: "ERR_WEBSOCKET_MISSING" }));
  });

  it("throws what the WebSocket throws for a URL that it does not take", () => {
    class Picky {
      constructor() {
        throw new DOMException("no URL", "SyntaxError");
      }
    }
    const call = (): unknown => new ClientStage({ WebSocket: Picky as never });
    expect(call).toThrow(expect.objectContaining({ name: "SyntaxError" }));
  });
});

describe("the URL and the token", () => {
  it("are asked for anew on every attempt", async () => {
    let count = 0;
    const stage = new ClientStage({
      url: async () => `ws://server.test/${++count}`,
      token: () => `token-${count}`,
    });
    await settled();
    stage.socket.open();
    expect(stage.socket.url).toBe("ws://server.test/1");
    expect(stage.socket.frames[0]).toMatchObject({ type: "hello", token: "token-0" });
    await stage.lose();
    stage.socket.open();
    expect(stage.socket.url).toBe("ws://server.test/2");
    expect(stage.socket.frames[0]).toMatchObject({ type: "hello", token: "token-1" });
  });

  it("leaves the token out when there is none", async () => {
    const stage = new ClientStage({ token: () => null });
    await settled();
    stage.socket.open();
    expect(stage.socket.frames[0]).not.toHaveProperty("token");
  });

  it.each([
    { what: "URL", options: { url: () => Promise.reject(new RangeError("no URL today")) } },
    { what: "token", options: { token: () => Promise.reject(new RangeError("no token today")) } },
  ])(
    "fail the attempt when the $what cannot be had, and another one follows",
    async ({ options }) => {
      const stage = new ClientStage(options);
      await settled();
      expect(stage.network.sockets).toHaveLength(0);
      expect(stage.codes).toEqual(["RangeError"]);
      expect(stage.states).toEqual(["reconnecting 1 500"]);
      expect(stage.events[0]).toMatchObject({ code: 1006, cause: stage.errors[0] });
      stage.clock.advance(500);
      await settled();
      expect(stage.states).toEqual(["reconnecting 1 500", "connecting", "reconnecting 2 1000"]);
      stage.client.close();
    },
  );

  it("make no socket when the client was closed while they were fetched", async () => {
    const stage = new ClientStage({ token: async () => "late" });
    stage.client.close();
    await settled();
    expect(stage.network.sockets).toHaveLength(0);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("report nothing that fails after the client was closed", async () => {
    const stage = new ClientStage({ token: () => Promise.reject(new Error("too late")) });
    stage.client.close();
    await settled();
    expect(stage.codes).toEqual([]);
    expect(stage.states).toEqual(["closed 1000"]);
  });
});

describe("close", () => {
  it("closes the socket with 1000, or what it is given, and is closed at once", () => {
    const stage = ClientStage.opened();
    stage.client.close();
    expect(stage.socket.closedWith).toEqual([1000, ""]);
    expect(stage.client.state).toBe("closed");
    const other = ClientStage.opened();
    other.client.close(4000, "bye");
    expect(other.socket.closedWith).toEqual([4000, "bye"]);
    expect(other.events.at(-1)).toMatchObject({ state: "closed", code: 4000, reason: "bye" });
  });

  it("happens once", () => {
    const stage = ClientStage.opened();
    stage.client.close();
    stage.client.close(4001);
    stage.socket.end(1000);
    expect(stage.states).toEqual(["closed 1000"]);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("stays open when its arguments are wrong", () => {
    const stage = ClientStage.opened();
    expect(() => stage.client.close(1001)).toThrow(
      expect.objectContaining({ name: "InvalidAccessError" }),
    );
    expect(stage.client.state).toBe("open");
  });

  it("ends the wait for another attempt", () => {
    const stage = ClientStage.opened();
    stage.socket.end();
    expect(stage.client.state).toBe("reconnecting");
    stage.client.close();
    stage.clock.advance(100_000);
    expect(stage.network.sockets).toHaveLength(1);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("may be called by who hears of the loss", async () => {
    const stage = ClientStage.opened();
    stage.client.onStateChange(({ state }) => {
      if (state === "reconnecting") stage.client.close();
    });
    stage.socket.end();
    await settled();
    expect(stage.client.state).toBe("closed");
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("rejects everything that waits, naming code and reason", async () => {
    const stage = ClientStage.opened();
    const sent = stage.client.send("wave", "hi");
    const asked = stage.client.request("history", { limit: 1 });
    stage.client.close(4000, "bye");
    expect(await rejection(asked)).toBe("ERR_CONNECTION_CLOSED");
    await expect(sent).rejects.toThrow(/4000 "bye"/);
    await expect(sent).rejects.toMatchObject({ details: { code: 4000, reason: "bye" } });
    expect(await rejection(stage.client.send("wave", "late"))).toBe("ERR_CONNECTION_CLOSED");
    const late = stage.client.request("history", { limit: 1 }).catch(codeOf);
    expect(await late).toBe("ERR_CONNECTION_CLOSED");
  });
});
