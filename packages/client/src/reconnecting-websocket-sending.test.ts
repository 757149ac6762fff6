import { describe, expect, it } from "vitest";
import { settled } from "./fake-network.test-helper.ts";
import { createStage, reconnect } from "./socket-stage.test-helper.ts";

describe("sending without a connection", () => {
  it("keeps messages until there is one", async () => {
    const stage = createStage();
    stage.ws.send("first");
    expect(stage.ws.bufferedAmount).toBe(5);
    stage.socket().open();
    expect(stage.socket().sent).toEqual(["first"]);
    expect(stage.ws.bufferedAmount).toBe(0);
    stage.socket().bufferedAmount = 3;
    expect(stage.ws.bufferedAmount).toBe(3);
    stage.socket().end();
    stage.ws.send("second");
    expect(stage.ws.bufferedAmount).toBe(6);
    stage.clock.advance(500);
    await settled();
    stage.ws.onopen = () => stage.ws.send("third");
    stage.socket().open();
    expect(stage.socket().sent).toEqual(["second", "third"]);
  });

  it("throws when it is too much, and leaves out what is too old", () => {
    const stage = createStage({ queue: { maxMessages: 1, expireMs: 1_000 } });
    stage.ws.send("old");
    expect(() => stage.ws.send("more")).toThrow(
      expect.objectContaining({ code: "ERR_QUEUE_FULL" }),
    );
    stage.clock.advance(1_000);
    expect(stage.ws.bufferedAmount).toBe(0);
    stage.ws.send("new");
    stage.socket().open();
    expect(stage.socket().sent).toEqual(["new"]);
  });
});

describe("binaryType", () => {
  it("is blob at first, and the same for each socket once it was set", async () => {
    const stage = createStage();
    expect(stage.ws.binaryType).toBe("blob");
    expect(stage.socket().binaryType).toBe("blob");
    stage.ws.binaryType = "arraybuffer";
    expect(stage.socket().binaryType).toBe("arraybuffer");
    await reconnect(stage);
    expect(stage.socket().binaryType).toBe("arraybuffer");
  });
});

describe("close", () => {
  it("is over when the socket is, and passes messages on until then", async () => {
    const { ws, socket, events, clock } = createStage();
    socket().open();
    ws.close(4000, "bye");
    expect(ws.readyState).toBe(2);
    expect(socket().closedWith).toEqual([4000, "bye"]);
    socket().receive("still here");
    ws.send("nobody reads this");
    ws.close();
    expect(events).toEqual(["open", "message still here"]);
    socket().end(4000, "bye");
    expect(events.slice(2)).toEqual(["close 4000 clean 3"]);
    ws.close();
    await settled();
    expect(events).toHaveLength(3);
    expect(ws.readyState).toBe(3);
    expect(clock.pendingTimers).toBe(0);
  });

  it("leaves the code out when there is none", () => {
    const { ws, socket } = createStage();
    socket().open();
    ws.close();
    expect(socket().closedWith).toEqual([undefined, undefined]);
  });

  it("does not wait for ever for a server that does not answer", () => {
    const { ws, socket, events, clock } = createStage();
    socket().open();
    ws.close();
    clock.advance(10_000);
    expect(events).toEqual(["open", "error", "close 1006 unclean 3"]);
    expect(ws.readyState).toBe(3);
    socket().end(1005);
    expect(events).toHaveLength(3);
  });

  it("ends the wait for another attempt, never at once", async () => {
    const { ws, network, socket, events, clock } = createStage();
    socket().end();
    events.length = 0;
    ws.close();
    expect(ws.readyState).toBe(2);
    expect(events).toEqual([]);
    await settled();
    expect(events).toEqual(["close 1005 clean 3"]);
    clock.advance(100_000);
    await settled();
    expect(network.sockets).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it("closes a socket that is still connecting", () => {
    const { ws, socket, events } = createStage();
    ws.close();
    expect(socket().isLive).toBe(false);
    socket().fail();
    expect(events).toEqual(["error", "close 1006 unclean 3"]);
  });

  it.each([
    { code: 1001, reason: "", name: "InvalidAccessError" },
    { code: 2999, reason: "", name: "InvalidAccessError" },
    { code: 5000, reason: "", name: "InvalidAccessError" },
    { code: 1000, reason: "é".repeat(62), name: "SyntaxError" },
  ])("refuses $code with a reason of $reason.length letters", ({ code, reason, name }) => {
    const { ws, socket } = createStage();
    socket().open();
    expect(() => ws.close(code, reason)).toThrow(expect.objectContaining({ name }));
    expect(ws.readyState).toBe(1);
  });
});
