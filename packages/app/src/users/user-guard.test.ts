import { type Authenticate, allOf, Disconnects, refuse } from "@windlass/core";
import { createInMemoryHandshake, describeGuard, handshakeInMemory } from "@windlass/core/testing";
import { describe, expect, it, vi } from "vitest";
import { Cluster, FakeNode, settle } from "./cluster.test-helper.ts";
import { toDisconnect, userGuard } from "./user-guard.ts";

const byName: Authenticate = ({ query }) => {
  const userId = query.get("user");
  return userId === null ? null : { userId };
};

const anna = { query: { user: "anna" } };
const one = { max: 1, onExcess: "refuse" } as const;

async function stage(authenticate = byName) {
  const cluster = new Cluster();
  const node = await cluster.node();
  return { cluster, node, guard: userGuard(authenticate, node.registry, one) };
}

describeGuard(
  "userGuard()",
  {
    // Not opened: the suite wants its guard at once, and this one needs no commands of other nodes.
    create: () => userGuard(byName, new FakeNode(new Cluster()).registry, { ...one, max: 3 }),
    accepts: [anna, { query: { user: "ben" } }],
    refuses: [{ request: {}, rule: "authenticate", code: "ERR_UNAUTHORIZED" }],
    isAsync: true,
    limit: 3,
  },
  { describe, it },
);

describe("userGuard", () => {
  it("gives the connection its user, and a seat until it is released", async () => {
    const { cluster, node, guard } = await stage();
    const handshake = createInMemoryHandshake(anna);
    const verdict = await guard.check(handshake, { signal: new AbortController().signal });
    expect(verdict).toEqual({ accepted: true, user: { userId: "anna" } });
    expect(node.registry.seatOf(handshake)?.userId).toBe("anna");
    expect(await node.users.isOnline("anna")).toBe(true);
    for (const _ of [1, 2]) guard.release?.(handshake);
    expect(await node.users.isOnline("anna")).toBe(false);
    expect(cluster.presence.calls).toBe(2);
  });

  it("refuses one too many with 429, without naming the user", async () => {
    const { guard } = await stage();
    await handshakeInMemory(guard, anna);
    const refusal = await handshakeInMemory(guard, anna);
    expect(refusal).toMatchObject({
      status: 429,
      code: "ERR_TOO_MANY_CONNECTIONS_OF_USER",
      rule: "connection-limit-per-user",
      wanted: "at most 1 for each user",
    });
    expect(JSON.stringify(refusal)).not.toContain("anna");
  });

  it("refuses a revoked user with 401", async () => {
    const { node, guard } = await stage();
    await node.users.revoke({ userId: "anna" });
    expect(await handshakeInMemory(guard, anna)).toMatchObject({ status: 401, rule: "user" });
  });

  it("refuses with 503 while the store of presence fails", async () => {
    const { cluster, guard } = await stage();
    cluster.presence.failure = new Error("no store");
    expect(await handshakeInMemory(guard, anna)).toMatchObject({
      status: 503,
      rule: "presence",
      seen: "no store",
      headers: { "Retry-After": "5" },
    });
  });

  it("passes a refusal on, and asks the store nothing", async () => {
    const banned = refuse({ rule: "ban", seen: "anna", wanted: "others" });
    const { cluster, guard } = await stage(() => banned);
    expect(await handshakeInMemory(guard, anna)).toBe(banned);
    expect(cluster.presence.calls).toBe(0);
  });

  it("lets nobody in whom it cannot count", async () => {
    const { guard } = await stage(() => true as never);
    await expect(handshakeInMemory(guard, anna)).rejects.toThrow("returned true");
  });

  it("gives the place of a client back that goes away while it is being counted", async () => {
    const { cluster, node, guard } = await stage();
    let open = (): void => {};
    cluster.presence.gate = new Promise((resolve) => {
      open = resolve;
    });
    const leaving = new AbortController();
    const verdict = handshakeInMemory(allOf(guard), anna, leaving.signal);
    await settle();
    leaving.abort();
    expect(await verdict).toMatchObject({ accepted: false, rule: "aborted" });
    open();
    await settle();
    expect(node.registry.size).toBe(0);
    expect(await node.users.count()).toEqual({ users: 0, connections: 0 });
  });

  it("gives the place back when a guard behind it refuses", async () => {
    const { node, guard } = await stage();
    const late = { check: vi.fn(() => refuse({ rule: "late", seen: "a", wanted: "b" })) };
    await handshakeInMemory(allOf(guard, late), anna);
    expect(late.check).toHaveBeenCalledOnce();
    expect(await node.users.isOnline("anna")).toBe(false);
  });
});

it("connections that are open are told by a close code why they may not stay", () => {
  expect(toDisconnect({ kind: "limit" })).toBe(Disconnects.ConnectionLimit);
  expect(toDisconnect({ kind: "unavailable", error: new Error("no store") })).toBe(
    Disconnects.TryAgainLater,
  );
  const disconnect = Disconnects.Kicked;
  expect(toDisconnect({ kind: "ended", disconnect })).toBe(disconnect);
});
