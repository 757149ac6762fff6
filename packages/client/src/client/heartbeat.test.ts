import { describe, expect, it } from "vitest";
import { ClientStage } from "../client-stage.test-helper.ts";
import { settled } from "../fake-network.test-helper.ts";

function pings({ socket }: ClientStage): number {
  return socket.frames.filter(({ type }) => type === "ping").length;
}

describe("the heartbeat", () => {
  it("asks for a sign of life after 25 seconds of silence, and goes on when there is one", () => {
    const stage = ClientStage.opened();
    stage.clock.advance(24_999);
    expect(pings(stage)).toBe(0);
    stage.clock.advance(1);
    expect(pings(stage)).toBe(1);
    stage.clock.advance(9_999);
    stage.socket.receiveFrame({ type: "pong" });
    stage.clock.advance(24_999);
    expect(pings(stage)).toBe(1);
    stage.clock.advance(1);
    expect(pings(stage)).toBe(2);
    expect(stage.client.state).toBe("open");
  });

  it("takes anything for a sign of life", () => {
    const stage = ClientStage.opened();
    for (let count = 0; count < 10; count += 1) {
      stage.clock.advance(20_000);
      stage.socket.receive("even what is no frame");
    }
    expect(pings(stage)).toBe(0);
    stage.clock.advance(25_000);
    expect(pings(stage)).toBe(1);
    stage.socket.receiveFrame({ type: "novelty" });
    stage.clock.advance(20_000);
    expect(stage.client.state).toBe("open");
  });

  it("gives the link up when nothing comes, and ignores what comes later", async () => {
    const stage = ClientStage.opened();
    const { socket: dead } = stage;
    stage.clock.advance(35_000);
    expect(stage.states).toEqual(["reconnecting 1 500"]);
    expect(stage.events[0]).toMatchObject({ code: 1006, cause: { code: "ERR_LINK_DEAD" } });
    expect(dead.isLive).toBe(false);
    stage.clock.advance(500);
    await settled();
    stage.socket.welcome();
    dead.receiveFrame({ type: "error", code: "from-the-grave", message: "" });
    dead.end(4501);
    expect(stage.client.state).toBe("open");
    expect(stage.codes).toEqual([]);
  });

  it("takes other times", () => {
    const stage = ClientStage.opened({ heartbeat: { intervalMs: 100, timeoutMs: 50 } });
    stage.clock.advance(100);
    expect(pings(stage)).toBe(1);
    stage.clock.advance(50);
    expect(stage.client.state).toBe("reconnecting");
  });

  it("asks as often as it should when the interval is shorter than the time-out", () => {
    const stage = ClientStage.opened({ heartbeat: { intervalMs: 100, timeoutMs: 1_000 } });
    for (let count = 1; count <= 5; count += 1) {
      stage.clock.advance(100);
      expect(pings(stage)).toBe(count);
      stage.socket.receiveFrame({ type: "pong" });
    }
  });

  it("can be switched off", () => {
    const stage = ClientStage.opened({ heartbeat: false });
    stage.clock.advance(1_000_000);
    expect(pings(stage)).toBe(0);
    expect(stage.client.state).toBe("open");
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("rests while there is no connection", async () => {
    const stage = ClientStage.opened();
    stage.clock.advance(25_000);
    await stage.lose();
    const timers = stage.clock.pendingTimers;
    stage.socket.open();
    stage.socket.receiveFrame({ type: "pong" });
    expect(stage.clock.pendingTimers).toBe(timers);
  });
});
