import { describe, expect, it } from "vitest";
import { ClientStage, type StageOptions } from "../client-stage.test-helper.ts";
import { settled } from "../fake-network.test-helper.ts";

/** A client with tokens `t1`, `t2`, ... whose connection is open. */
async function openedStage(
  tokenExpiresInMs: number | undefined,
  options: StageOptions = {},
): Promise<ClientStage> {
  let count = 0;
  const stage = new ClientStage({ token: () => `t${++count}`, heartbeat: false, ...options });
  await settled();
  stage.socket.welcome(tokenExpiresInMs === undefined ? {} : { tokenExpiresInMs });
  return stage;
}

function authFrames({ socket }: ClientStage): readonly unknown[] {
  return socket.frames.filter(({ type }) => type === "auth");
}

describe("a token that expires", () => {
  it("is followed by a fresh one when 80 % of its time are over", async () => {
    const stage = await openedStage(60_000);
    stage.clock.advance(47_999);
    await settled();
    expect(authFrames(stage)).toEqual([]);
    stage.clock.advance(1);
    await settled();
    expect(authFrames(stage)).toEqual([{ type: "auth", token: "t2" }]);
    stage.socket.receiveFrame({ type: "authenticated", tokenExpiresInMs: 10_000 });
    stage.clock.advance(8_000);
    await settled();
    expect(authFrames(stage)).toEqual([
      { type: "auth", token: "t2" },
      { type: "auth", token: "t3" },
    ]);
  });

  it("is the last one when the server names no time for it", async () => {
    const stage = await openedStage(60_000);
    stage.clock.advance(48_000);
    await settled();
    stage.socket.receiveFrame({ type: "authenticated" });
    stage.clock.advance(1_000_000);
    await settled();
    expect(authFrames(stage)).toHaveLength(1);
  });

  it("is tried again within its time when the provider fails", async () => {
    let calls = 0;
    const token = (): string => {
      calls += 1;
      if (calls === 2) throw new RangeError("the provider is away");
      return `t${calls}`;
    };
    const stage = await openedStage(60_000, { token });
    stage.clock.advance(48_000);
    await settled();
    expect(stage.codes).toEqual(["RangeError"]);
    stage.clock.advance(9_600);
    await settled();
    expect(authFrames(stage)).toEqual([{ type: "auth", token: "t3" }]);
  });

  it("is not tried for ever", async () => {
    let calls = 0;
    const token = (): string => {
      calls += 1;
      if (calls > 1) throw new RangeError("the provider is gone");
      return "t1";
    };
    const stage = await openedStage(60_000, { token });
    for (let step = 0; step < 100; step += 1) {
      stage.clock.advance(1_000);
      await settled();
    }
    expect(stage.codes.length).toBeLessThan(5);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("is not refreshed on a connection that has ended meanwhile", async () => {
    let give = (_token: string): void => {};
    let calls = 0;
    const token = (): string | Promise<string> => {
      calls += 1;
      if (calls !== 2) return `t${calls}`;
      return new Promise((resolve) => {
        give = resolve;
      });
    };
    const stage = await openedStage(60_000, { token });
    stage.clock.advance(48_000);
    await settled();
    await stage.reconnect();
    give("late");
    await settled();
    expect(authFrames(stage)).toEqual([]);
  });

  it("leaves no timer behind", async () => {
    const stage = await openedStage(60_000);
    stage.client.close();
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("does not matter to a client without tokens", () => {
    const stage = ClientStage.opened({ heartbeat: false }, { tokenExpiresInMs: 1_000 });
    stage.clock.advance(5_000);
    expect(stage.clock.pendingTimers).toBe(0);
  });
});

describe("a token that is refused", () => {
  it("is reported, and ends the client by its close code", async () => {
    const stage = await openedStage(undefined);
    stage.socket.receiveFrame({ type: "error", code: "ERR_TOKEN_REFUSED", message: "Refused." });
    stage.socket.end(4501);
    expect(stage.codes).toEqual(["ERR_TOKEN_REFUSED"]);
    expect(stage.client.state).toBe("closed");
  });
});
