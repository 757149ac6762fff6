import { describe, expect, it } from "vitest";
import { ClientStage, codeOf, rejection } from "../client-stage.test-helper.ts";
import { settled } from "../fake-network.test-helper.ts";

describe("send", () => {
  it("resolves when the event has taken effect", async () => {
    const stage = ClientStage.opened();
    let isDone = false;
    const sent = stage.client.send("say", { text: "hi" }).then(() => {
      isDone = true;
    });
    expect(stage.socket.frames[1]).toEqual({
      type: "event",
      id: 1,
      name: "say",
      data: { text: "hi" },
    });
    await settled();
    expect(isDone).toBe(false);
    stage.socket.receiveFrame({ type: "ack", id: 1 });
    await sent;
  });

  it("rejects with the server's error and reports it, and need not be looked at", async () => {
    const stage = ClientStage.opened();
    const sent = stage.client.send("wave", "hi");
    const error = { type: "error", id: 1, code: "room-full", message: "No place.", details: [7] };
    stage.socket.receiveFrame(error);
    await settled();
    expect(stage.codes).toEqual(["room-full"]);
    await expect(sent).rejects.toMatchObject({
      code: "room-full",
      message: "No place.",
      details: [7],
    });
  });

  it("keeps events for the connection to come, as they were", () => {
    const stage = new ClientStage();
    const data = { text: "before" };
    void stage.client.send("say", data);
    data.text = "after";
    void stage.client.send("wave", "second");
    stage.socket.open();
    expect(stage.socket.idsOf("event")).toEqual([]);
    stage.socket.receiveFrame({ type: "welcome", connection: "c1", resumed: false });
    expect(stage.socket.idsOf("event")).toEqual(["1 say", "2 wave"]);
    expect(stage.socket.frames[1]).toMatchObject({ data: { text: "before" } });
  });

  it("writes what the schema says that goes over the wire", async () => {
    const stage = ClientStage.opened();
    void stage.client.send("meet", { at: new Date(0) });
    expect(stage.socket.frames[1]).toMatchObject({ data: { at: "1970-01-01T00:00:00.000Z" } });
    const wrong = stage.client.send("meet", { at: new Date(Number.NaN) });
    expect(await rejection(wrong)).toBe("ERR_DATA_INVALID");
    expect(stage.codes).toEqual(["ERR_DATA_INVALID"]);
    expect(stage.socket.frames).toHaveLength(2);
  });

  it("refuses what its codec cannot write", async () => {
    const { client, socket } = ClientStage.opened();
    for (const volatile of [false, true]) {
      const sent = client.send("wave", 1n as unknown as string, { volatile });
      expect(await rejection(sent)).toBe("ERR_DATA_INVALID");
    }
    const asked = client.request("when", (() => 1n)() as unknown as null);
    expect(await rejection(asked)).toBe("ERR_DATA_INVALID");
    void client.send("wave", "fine");
    expect(socket.idsOf("event", "request")).toEqual(["1 wave"]);
  });

  it("refuses names that are no event of the client", async () => {
    const { client } = ClientStage.opened();
    for (const name of ["history", "said", "toString"]) {
      expect(await rejection(client.send(name as "wave", ""))).toBe("ERR_NAME_UNKNOWN");
    }
    expect(await rejection(client.request("wave" as "when", null))).toBe("ERR_NAME_UNKNOWN");
  });

  it("gives an event up when it was not acknowledged in time", async () => {
    const stage = new ClientStage({ queue: { expireMs: 60_000 }, connectTimeoutMs: 1e9 });
    const sent = rejection(stage.client.send("wave", "hi"));
    stage.clock.advance(59_999);
    await settled();
    expect(stage.codes).toEqual([]);
    stage.clock.advance(1);
    expect(await sent).toBe("ERR_MESSAGE_EXPIRED");
    stage.socket.welcome();
    expect(stage.socket.idsOf("event")).toEqual([]);
  });

  it("cancels no event that it gives up: it may take effect", async () => {
    const stage = ClientStage.opened({ heartbeat: false });
    const sent = rejection(stage.client.send("wave", "hi"));
    stage.clock.advance(120_000);
    expect(await sent).toBe("ERR_MESSAGE_EXPIRED");
    expect(stage.socket.idsOf("cancel")).toEqual([]);
  });

  it("resolves at once when it is volatile, and sends only on an open connection", async () => {
    const stage = new ClientStage();
    await stage.client.send("wave", "early", { volatile: true });
    stage.socket.welcome();
    await stage.client.send("wave", "now", { volatile: true });
    expect(stage.socket.frames.slice(1)).toEqual([{ type: "event", name: "wave", data: "now" }]);
    await stage.lose();
    stage.socket.welcome();
    expect(stage.socket.frames).toHaveLength(1);
  });
});

describe("request", () => {
  it("resolves with the result, whatever the order of the answers", async () => {
    const stage = ClientStage.opened();
    const first = stage.client.request("history", { limit: 1 });
    const second = stage.client.request("when", null);
    stage.socket.receiveFrame({ type: "response", id: 2, data: "2026-11-27T10:00:00.000Z" });
    stage.socket.receiveFrame({ type: "response", id: 1, data: ["hi"] });
    expect(await first).toEqual(["hi"]);
    expect(await second).toEqual(new Date("2026-11-27T10:00:00.000Z"));
  });

  it("rejects with the server's error, which is nobody else's business", async () => {
    const stage = ClientStage.opened();
    const asked = rejection(stage.client.request("history", { limit: 1 }));
    stage.socket.receiveFrame({ type: "error", id: 1, code: "no-history", message: "None." });
    expect(await asked).toBe("no-history");
    expect(stage.codes).toEqual([]);
  });

  it("rejects when the answer does not come in time, and cancels it", async () => {
    const stage = ClientStage.opened({ requestTimeoutMs: 2_000 });
    const short = rejection(stage.client.request("history", { limit: 1 }, { timeoutMs: 1_000 }));
    const usual = rejection(stage.client.request("history", { limit: 2 }));
    stage.clock.advance(1_000);
    expect(await short).toBe("ERR_REQUEST_TIMEOUT");
    expect(stage.socket.idsOf("cancel")).toEqual(["1"]);
    stage.clock.advance(1_000);
    expect(await usual).toBe("ERR_REQUEST_TIMEOUT");
    expect(stage.socket.idsOf("cancel")).toEqual(["1", "2"]);
  });

  it("waits for its answer without a connection, too, but no longer", async () => {
    const stage = new ClientStage();
    const asked = rejection(stage.client.request("history", { limit: 1 }, { timeoutMs: 500 }));
    stage.clock.advance(500);
    expect(await asked).toBe("ERR_REQUEST_TIMEOUT");
    stage.socket.welcome();
    expect(stage.socket.idsOf("request", "cancel")).toEqual([]);
  });

  it("rejects when its signal says so, and cancels it", async () => {
    const stage = ClientStage.opened();
    const controller = new AbortController();
    const { signal } = controller;
    const asked = stage.client.request("history", { limit: 1 }, { signal });
    const reason = new Error("not needed any more");
    controller.abort(reason);
    await expect(asked).rejects.toMatchObject({ code: "ERR_CANCELLED", cause: reason });
    expect(stage.socket.idsOf("cancel")).toEqual(["1"]);
    expect(await rejection(stage.client.request("when", null, { signal }))).toBe("ERR_CANCELLED");
    expect(stage.socket.idsOf("request")).toEqual(["1 history"]);
  });

  it("lets go of its signal and its timer when it is answered", async () => {
    const stage = ClientStage.opened();
    const controller = new AbortController();
    const timers = stage.clock.pendingTimers;
    const asked = stage.client.request("history", { limit: 1 }, { signal: controller.signal });
    expect(stage.clock.pendingTimers).toBe(timers + 1);
    stage.socket.receiveFrame({ type: "response", id: 1, data: [] });
    await asked;
    expect(stage.clock.pendingTimers).toBe(timers);
    controller.abort();
    expect(stage.socket.idsOf("cancel")).toEqual([]);
  });

  it("is answered once each, ten thousand at a time, and leaves nothing behind", async () => {
    const stage = ClientStage.opened();
    const timers = stage.clock.pendingTimers;
    const asked = Array.from({ length: 10_000 }, (_, index) =>
      stage.client.request("history", { limit: index }),
    );
    for (const { id, data } of stage.socket.frames.slice(1).reverse()) {
      const { limit } = data as { readonly limit: number };
      stage.socket.receiveFrame({ type: "response", id, data: [String(limit)] });
    }
    const answers = await Promise.all(asked);
    expect(answers.every(([limit], index) => limit === String(index))).toBe(true);
    expect(stage.clock.pendingTimers).toBe(timers);
    expect(stage.client.bufferedBytes).toBe(0);
  });
});

describe("the queue", () => {
  it("takes no more messages than it may, sent or not", async () => {
    const stage = ClientStage.opened({ queue: { maxMessages: 2 } });
    void stage.client.send("wave", "1");
    const second = stage.client.request("history", { limit: 2 });
    expect(await rejection(stage.client.send("wave", "3"))).toBe("ERR_QUEUE_FULL");
    expect(stage.codes).toEqual(["ERR_QUEUE_FULL"]);
    stage.socket.receiveFrame({ type: "response", id: 2, data: [] });
    await second;
    void stage.client.send("wave", "4");
    expect(stage.socket.idsOf("event", "request")).toEqual(["1 wave", "2 history", "3 wave"]);
  });

  it("takes no more bytes than it may, and counts them as they are on the wire", async () => {
    const frame = '{"type":"event","name":"wave","data":"é","id":1}';
    const bytes = new TextEncoder().encode(frame).length;
    const stage = new ClientStage({ queue: { maxBytes: 2 * bytes } });
    void stage.client.send("wave", "é");
    expect(stage.client.bufferedBytes).toBe(bytes);
    void stage.client.send("wave", "é");
    expect(await rejection(stage.client.send("wave", ""))).toBe("ERR_QUEUE_FULL");
  });

  it("says how much it holds and may hold", async () => {
    const stage = new ClientStage({ queue: { maxMessages: 0 } });
    const error = await stage.client.send("wave", "").catch((thrown: unknown) => thrown);
    expect(codeOf(error)).toBe("ERR_QUEUE_FULL");
    expect(error).toMatchObject({ details: { messages: 1, maxMessages: 0, maxBytes: 8_388_608 } });
  });

  it("tells what the socket holds while it is open", () => {
    const stage = ClientStage.opened();
    void stage.client.send("wave", "");
    stage.socket.bufferedAmount = 77;
    expect(stage.client.bufferedBytes).toBe(77);
  });
});
