import { describe, expect, it } from "vitest";
import { ClientStage, rejection } from "../client-stage.test-helper.ts";
import { settled } from "../fake-network.test-helper.ts";

describe("after a reconnect", () => {
  it("sends what has no answer again, in order and with the same frames, then topics, then the rest", async () => {
    const stage = ClientStage.opened();
    const { client } = stage;
    client.subscribe("room/:name", { name: "lobby" }, {});
    void client.send("wave", "one");
    void client.request("history", { limit: 3 }).catch(() => {});
    void client.send("wave", "three");
    const before = stage.socket.frames.filter(({ id }) => id === 2 || id === 3);
    stage.socket.receiveFrame({ type: "ack", id: 4 });
    stage.socket.end();
    void client.send("wave", "offline");
    stage.clock.advance(500);
    await settled();
    stage.socket.welcome();
    expect(stage.socket.idsOf("event", "request", "subscribe")).toEqual([
      "2 wave",
      "3 history",
      "6 room/lobby",
      "5 wave",
    ]);
    expect(stage.socket.frames.slice(1, 3)).toEqual(before);
  });

  it("sends nothing before it is welcomed", async () => {
    const stage = ClientStage.opened();
    void stage.client.send("wave", "one");
    await stage.lose();
    stage.socket.open();
    void stage.client.send("wave", "two");
    expect(stage.socket.frames.map(({ type }) => type)).toEqual(["hello"]);
  });

  it("is welcomed once", async () => {
    const stage = ClientStage.opened();
    void stage.client.send("wave", "one");
    stage.socket.receiveFrame({ type: "welcome", connection: "c", resumed: false });
    expect(stage.socket.idsOf("event")).toEqual(["1 wave"]);
    expect(stage.states).toEqual([]);
  });

  it("sends what listeners send behind what waited", async () => {
    const stage = ClientStage.opened();
    void stage.client.send("wave", "one");
    stage.client.onStateChange(({ state }) => {
      if (state === "open") void stage.client.send("wave", "two");
    });
    await stage.reconnect();
    expect(stage.socket.idsOf("event")).toEqual(["1 wave", "2 wave"]);
  });

  it("says how far it has seen answers, in the greeting and in pings", async () => {
    const stage = ClientStage.opened();
    for (const text of ["1", "2", "3"]) void stage.client.send("wave", text);
    for (const id of [1, 3]) stage.socket.receiveFrame({ type: "ack", id });
    stage.clock.advance(25_000);
    expect(stage.socket.frames.at(-1)).toEqual({ type: "ping", seen: 1 });
    stage.socket.receiveFrame({ type: "ack", id: 2 });
    await stage.lose();
    stage.socket.open();
    expect(stage.socket.frames[0]).toMatchObject({ type: "hello", seen: 3 });
  });

  it("is not confused by answers that come twice or that nobody waits for", async () => {
    const stage = ClientStage.opened();
    const first = stage.client.send("wave", "1");
    for (const id of [1, 1, 99]) stage.socket.receiveFrame({ type: "ack", id });
    await first;
    const second = stage.client.request("history", { limit: 2 });
    stage.socket.receiveFrame({ type: "error", id: 1, code: "late", message: "" });
    stage.socket.receiveFrame({ type: "response", id: 2, data: ["yes"] });
    stage.socket.receiveFrame({ type: "response", id: 2, data: ["no"] });
    expect(await second).toEqual(["yes"]);
    expect(stage.codes).toEqual([]);
  });
});

describe("a lost session", () => {
  it("makes the client send again what was sent before", async () => {
    const stage = ClientStage.opened();
    void stage.client.send("wave", "sent");
    await stage.reconnect({ resumed: false });
    expect(stage.socket.idsOf("event")).toEqual(["1 wave"]);
  });

  it("makes it reject that when it is told so, but not what was never sent", async () => {
    const stage = ClientStage.opened({ afterLostSession: "reject" });
    const sent = rejection(stage.client.send("wave", "sent"));
    const asked = rejection(stage.client.request("history", { limit: 1 }));
    stage.socket.end();
    const queued = stage.client.send("wave", "queued");
    stage.clock.advance(500);
    await settled();
    stage.socket.welcome({ resumed: false });
    expect(await Promise.all([sent, asked])).toEqual(["ERR_SESSION_LOST", "ERR_SESSION_LOST"]);
    expect(stage.codes).toEqual(["ERR_SESSION_LOST"]);
    expect(stage.socket.idsOf("event", "request")).toEqual(["3 wave"]);
    stage.socket.receiveFrame({ type: "ack", id: 3 });
    await queued;
  });

  it("makes it reject what had waited for the connection that was lost", async () => {
    const stage = new ClientStage({ afterLostSession: "reject" });
    const waited = rejection(stage.client.send("wave", "early"));
    stage.socket.welcome({ resumed: false });
    expect(stage.socket.idsOf("event")).toEqual(["1 wave"]);
    await stage.reconnect({ resumed: false });
    expect(await waited).toBe("ERR_SESSION_LOST");
  });

  it("rejects nothing when the session was resumed", async () => {
    const stage = ClientStage.opened({ afterLostSession: "reject" });
    void stage.client.send("wave", "sent");
    await stage.reconnect({ resumed: true });
    expect(stage.socket.idsOf("event")).toEqual(["1 wave"]);
    expect(stage.codes).toEqual([]);
  });
});

describe("a message that is too big for the server", () => {
  it("is not sent again, as it would end each connection", async () => {
    const stage = ClientStage.opened();
    void stage.client.send("wave", "small");
    const big = rejection(stage.client.send("wave", "x".repeat(70_000)));
    void stage.client.send("wave", "behind it");
    await stage.lose(1009);
    expect(await big).toBe("ERR_MESSAGE_TOO_BIG");
    stage.socket.welcome();
    expect(stage.socket.idsOf("event")).toEqual(["1 wave", "3 wave"]);
  });

  it("is none of those that were not sent", async () => {
    const stage = ClientStage.opened();
    await stage.lose(1009);
    void stage.client.send("wave", "not sent");
    await stage.lose(1009);
    stage.socket.welcome();
    expect(stage.socket.idsOf("event")).toEqual(["1 wave"]);
    expect(stage.codes).toEqual([]);
  });
});
