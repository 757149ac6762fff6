import { MemoryBroker, MemoryPresence, TopicHub } from "@windlass/core";
import { RecordingLogger } from "@windlass/core/testing";
import { describe, expect, it, vi } from "vitest";
import { AppUsers } from "./app-users.ts";
import { settle } from "./cluster.test-helper.ts";

function stage() {
  const broker = new MemoryBroker();
  const presence = new MemoryPresence();
  const hub = new TopicHub({ broker, isDistributed: false, maxRecovered: 100 });
  const users = new AppUsers(hub, presence, {
    revocations: { max: 10, keepMs: 60_000 },
    log: new RecordingLogger(),
  });
  return { broker, presence, users };
}

describe("AppUsers", () => {
  it("asks nothing of the broker and the store while no route has users", async () => {
    const { broker, presence, users } = stage();
    const calls = [
      vi.spyOn(broker, "subscribe"),
      vi.spyOn(broker, "history"),
      vi.spyOn(presence, "join"),
    ];
    await users.open();
    await users.close();
    for (const call of calls) expect(call).not.toHaveBeenCalled();
    expect(broker.topicCount).toBe(0);
  });

  it("listens while it is open, once a route has users", async () => {
    const { broker, users } = stage();
    users.need();
    await users.open();
    await users.open();
    expect(broker.topicCount).toBe(2);
    await users.close();
    await settle();
    expect(broker.topicCount).toBe(0);
  });

  it("lets a node that is alone send, send away and revoke", async () => {
    const { users } = stage();
    users.need();
    await users.open();
    const answer = await users.registry.admit({ userId: "anna" }, { id: "c1" });
    if (answer.kind !== "seated") throw new Error("not seated");
    const deliver = vi.fn();
    const close = vi.fn();
    answer.seat.connect({ id: "c1", deliver, close });
    expect(await users.users.send("anna", "hello")).toMatchObject({ hasSubscribers: true });
    expect(await users.users.send("ben", "hello")).toMatchObject({ hasSubscribers: false });
    expect(deliver).toHaveBeenCalledOnce();
    await users.users.revoke({ userId: "anna" });
    expect(close).toHaveBeenCalledWith(expect.objectContaining({ code: 4501 }));
  });
});
