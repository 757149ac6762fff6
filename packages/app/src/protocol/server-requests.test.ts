import { ProtocolError } from "@windlass/protocol";
import { describe, expect, it } from "vitest";
import type { ProtocolConnection } from "./protocol-connection.ts";
import { type FrameClient, type Sample, stageOf } from "./stage.test-helper.ts";

async function start(options: Parameters<typeof stageOf>[0] = {}) {
  const stage = stageOf({ ...options });
  const client = await stage.connect();
  const [connection] = stage.component.connections;
  return { stage, client, connection: connection as ProtocolConnection<Sample, undefined> };
}

const codeOf = async (asking: Promise<unknown>): Promise<string> => {
  try {
    await asking;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  throw new Error("it was answered");
};

const question = { question: "sure?" };
const answer = (client: FrameClient, id: number, data: unknown) =>
  client.send({ type: "response", id, data });

describe("a request of the server", () => {
  it("resolves with the client's validated answer, in whatever order they come", async () => {
    const { client, connection } = await start();
    const asked = [1, 2].map(() => connection.request("confirm", question));
    answer(client, 2, false);
    answer(client, 1, true);
    expect(await Promise.all(asked)).toEqual([true, false]);
    answer(client, 1, true);
    answer(client, 77, true);
  });

  it("rejects with the client's error, and with an answer that does not fit", async () => {
    const { client, connection } = await start();
    const [refused, odd] = [1, 2].map(() => connection.request("confirm", question));
    client.send({ type: "error", id: 1, code: "busy", message: "later", details: [1] });
    client.send({ type: "error", code: "ERR_FRAME_INVALID", message: "about no id" });
    await expect(refused).rejects.toMatchObject({ code: "busy", message: "later", details: [1] });
    answer(client, 2, "yes");
    expect(await codeOf(odd as Promise<unknown>)).toBe("ERR_RESULT_INVALID");
  });

  it("is given up after its time-out, and the client is told", async () => {
    const { stage, client, connection } = await start({ requestTimeoutMs: 100 });
    const byDefault = connection.request("confirm", question);
    const longer = connection.request("confirm", question, { timeoutMs: 300 });
    const forEver = connection.request("confirm", question, { timeoutMs: 0 });
    stage.clock.advance(100);
    expect(await codeOf(byDefault)).toBe("ERR_REQUEST_TIMEOUT");
    stage.clock.advance(200);
    expect(await codeOf(longer)).toBe("ERR_REQUEST_TIMEOUT");
    expect(client.received.slice(3)).toEqual([
      { type: "cancel", id: 1 },
      { type: "cancel", id: 2 },
    ]);
    stage.clock.advance(1_000_000);
    answer(client, 3, true);
    expect(await forEver).toBe(true);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("is given up by its signal", async () => {
    const { client, connection } = await start();
    const controller = new AbortController();
    const asked = connection.request("confirm", question, { signal: controller.signal });
    controller.abort();
    expect(await codeOf(asked)).toBe("ERR_CANCELLED");
    expect(client.received.at(-1)).toEqual({ type: "cancel", id: 1 });
    const late = connection.request("confirm", question, { signal: controller.signal });
    expect(await codeOf(late)).toBe("ERR_CANCELLED");
    expect(client.received).toHaveLength(2);
  });

  it("fails when the connection closes, and on one that is closed", async () => {
    const { stage, client, connection } = await start();
    const asked = connection.request("confirm", question);
    client.peer.drop();
    expect(await codeOf(asked)).toBe("ERR_CONNECTION_CLOSED");
    expect(await codeOf(connection.request("confirm", question))).toBe("ERR_CONNECTION_CLOSED");
    expect(connection.send("said", { text: "" })).toBe("closed");
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("rejects with what is wrong when its data cannot be sent, and leaves nothing behind", async () => {
    const { stage, connection } = await start({ maxPendingRequests: 1 });
    const asked = connection.request("confirm", { question: 1n as unknown as string });
    await expect(asked).rejects.toThrow(TypeError);
    expect(stage.clock.pendingTimers).toBe(0);
    void connection.request("confirm", question).catch(() => {});
    expect(stage.clock.pendingTimers).toBe(1);
  });

  it("is refused when too many wait on the connection", async () => {
    const { connection } = await start({ maxPendingRequests: 1 });
    void connection.request("confirm", question).catch(() => {});
    expect(await codeOf(connection.request("confirm", question))).toBe("ERR_OVERLOADED");
  });

  it("is refused when the protocol has none of the name", async () => {
    const { connection } = await start();
    expect(await codeOf(connection.request("said" as never, {} as never))).toBe("ERR_NAME_UNKNOWN");
    expect(() => connection.send("confirm" as never, {} as never)).toThrow('no event "confirm"');
  });
});

describe("a connection", () => {
  it("tells its client when to come back before it closes", async () => {
    const { client, connection } = await start();
    connection.close(1012, { retryAfterMs: 4_200 });
    expect(await client.next()).toEqual({ type: "reconnect", afterMs: 4_200 });
    expect(await client.peer.closed).toMatchObject({ code: 1012 });
    expect(() => connection.close(1012, { retryAfterMs: -1 })).toThrow(
      "retryAfterMs is -1; wanted",
    );
  });

  it("whose initialData fails is closed, and the others still get broadcasts", async () => {
    const stage = stageOf({
      initialData: (connection) => {
        if (connection.handshake.path === "/bad") throw new Error("no data");
        return 1;
      },
    });
    const good = await stage.connect();
    const bad = await stage.connect({ path: "/bad" });
    expect(await bad.peer.closed).toMatchObject({ code: 1011 });
    await stage.route.settled();
    expect(stage.component.broadcast("said", { text: "all" })).toBe(true);
    expect(await good.next()).toMatchObject({ name: "said" });
  });

  it("has data of its own, which initialData makes before onOpen", async () => {
    const seen: unknown[] = [];
    const stage = stageOf({
      initialData: (connection) => ({ nick: `guest of ${connection.handshake.path}` }),
      onOpen: (connection) => void seen.push(connection.data),
    });
    await stage.connect({ path: "/a" });
    await stage.connect({ path: "/b" });
    expect(seen).toEqual([{ nick: "guest of /a" }, { nick: "guest of /b" }]);
  });
});
