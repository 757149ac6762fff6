import { Disconnects } from "@windlass/core";
import { createInMemoryHandshake } from "@windlass/core/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Cluster, FakeConnection, settle, userOf } from "./cluster.test-helper.ts";

const nowMs = 1_800_000_000_000;

beforeEach(() => void vi.useFakeTimers({ now: nowMs, toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

async function twoNodes() {
  const cluster = new Cluster();
  return { cluster, one: await cluster.node(), two: await cluster.node() };
}

/** Lets time pass on the wall, and then for the timers. */
function pass(node: { readonly clock: { advance(ms: number): void } }, ms: number): void {
  vi.setSystemTime(Date.now() + ms);
  node.clock.advance(ms);
}

function gate() {
  let open = (): void => {};
  const closed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { closed, open };
}

const refuseThird = { max: 2, onExcess: "refuse" } as const;

describe("a user whose token ends", () => {
  it("is closed with 4005 at that time, with one timer for all", async () => {
    const { one } = await twoNodes();
    const connections: FakeConnection[] = [];
    for (const seconds of [20, 10, 10, 30]) {
      connections.push(
        await one.connect(userOf({ userId: "anna", expiresAtMs: nowMs + seconds * 1_000 })),
      );
    }
    const eternal = await one.connect(
      userOf({ userId: "anna", expiresAtMs: Number.POSITIVE_INFINITY }),
    );
    expect(one.clock.pendingTimers).toBe(1);
    const closed = () => connections.map(({ closedWith }) => closedWith?.code ?? 0);
    pass(one, 9_999);
    expect(closed()).toEqual([0, 0, 0, 0]);
    pass(one, 1);
    expect(closed()).toEqual([0, 4005, 4005, 0]);
    expect(one.clock.pendingTimers).toBe(1);
    pass(one, 20_000);
    expect(closed()).toEqual([4005, 4005, 4005, 4005]);
    expect(eternal.closedWith).toBeUndefined();
    expect(one.clock.pendingTimers).toBe(0);
  });

  it("is closed when it opens after that", async () => {
    const { one } = await twoNodes();
    const answer = await one.admit(userOf({ userId: "anna", expiresAtMs: nowMs + 1_000 }));
    pass(one, 1_000);
    if (answer.kind !== "seated") throw new Error("not seated");
    const late = one.open(answer.seat);
    await settle();
    expect(late.closedWith).toEqual(Disconnects.TokenExpired);
  });

  it.each([
    ["expiresAtMs", Number.NaN],
    ["expiresAtMs", "tomorrow"],
    ["issuedAtMs", null],
    ["tokenId", 7],
  ])("must not have %s %j", async (name, value) => {
    const { one } = await twoNodes();
    const user = userOf({ userId: "anna", [name]: value });
    await expect(one.admit(user)).rejects.toThrow(`a user whose ${name} is no`);
    expect(one.registry.size).toBe(0);
  });
});

describe("a revoked token", () => {
  const user = { userId: "anna", tokenId: "t1", issuedAtMs: nowMs - 1_000 };
  const untilMs = nowMs + 60_000;

  it("closes its connections on every node and lets no more in, and no other token", async () => {
    const { cluster, one, two } = await twoNodes();
    const [first, second] = [await one.connect(user), await two.connect(user)];
    const other = await two.connect(userOf({ ...user, tokenId: "t2" }));
    await one.users.revoke({ tokenId: "t1", untilMs });
    expect([first, second].map(({ closedWith }) => closedWith?.code)).toEqual([4501, 4501]);
    const later = await cluster.node();
    for (const node of [one, two, later]) {
      expect(await node.admit(user)).toEqual({
        kind: "ended",
        disconnect: Disconnects.Unauthorized,
      });
    }
    expect(other.closedWith).toBeUndefined();
    vi.setSystemTime(untilMs);
    await later.connect(user);
  });

  it("of a user is every older one, and one that does not say how old it is", async () => {
    const { cluster, one, two } = await twoNodes();
    const old = await one.connect(user);
    const unknown = await two.connect("anna");
    const young = await two.connect(userOf({ ...user, issuedAtMs: nowMs }));
    const ben = await two.connect(userOf({ ...user, userId: "ben" }));
    await one.users.revoke({ userId: "anna" });
    expect([old, unknown, young, ben].map(({ closedWith }) => closedWith?.code)).toEqual([
      4501,
      4501,
      undefined,
      undefined,
    ]);
    const later = await cluster.node();
    expect(await later.admit(user)).toMatchObject({ kind: "ended" });
    await later.connect(userOf({ ...user, issuedAtMs: nowMs }));
  });

  it("does not come in while it is being let in", async () => {
    const { cluster, one, two } = await twoNodes();
    const door = gate();
    cluster.presence.gate = door.closed;
    const answer = one.admit(user);
    await settle();
    await two.users.revoke({ tokenId: "t1", untilMs });
    door.open();
    expect(await answer).toEqual({ kind: "ended", disconnect: Disconnects.Unauthorized });
    await settle();
    expect(await two.users.isOnline("anna")).toBe(false);
    expect(one.registry.size).toBe(0);
  });

  it("of a user who was sent away before does not change how the connection ends", async () => {
    const { one } = await twoNodes();
    const answer = await one.admit(user);
    await one.users.disconnect("anna");
    await one.users.revoke({ tokenId: "t1", untilMs });
    if (answer.kind !== "seated") throw new Error("not seated");
    const late = one.open(answer.seat);
    await settle();
    expect(late.closedWith).toEqual(Disconnects.Kicked);
  });

  it("closes a connection that opens after it was let in", async () => {
    const { one, two } = await twoNodes();
    const answer = await one.admit(user);
    await two.users.revoke({ tokenId: "t1", untilMs });
    if (answer.kind !== "seated") throw new Error("not seated");
    const late = one.open(answer.seat);
    expect(late.closedWith).toBeUndefined();
    await settle();
    expect(late.closedWith).toEqual(Disconnects.Unauthorized);
  });
});

describe("a connection that is open, when it says who it is", () => {
  const handshake = createInMemoryHandshake();

  it("is counted like any other, and watches over its token itself", async () => {
    const { one, two } = await twoNodes();
    await two.connect("anna", refuseThird);
    const user = { userId: "anna", expiresAtMs: nowMs + 1_000 };
    const answer = await one.registry.admitOpen(user, { id: "c-1", handshake }, refuseThird);
    if (answer.kind !== "seated") throw new Error("not seated");
    expect(await two.users.connections("anna")).toContain("c-1");
    expect(await one.registry.admitOpen(user, { id: "c-2", handshake }, refuseThird)).toEqual({
      kind: "limit",
    });
    expect(one.clock.pendingTimers).toBe(0);
    const connection = new FakeConnection("c-1", () => one.registry.leave(answer.seat));
    await two.users.send("anna", "too early");
    answer.seat.connect(connection);
    await two.users.send("anna", "hello");
    expect(connection.received).toEqual(["hello"]);
    await two.users.disconnect("anna", Disconnects.Kicked, { connectionIds: ["c-1"] });
    expect(connection.closedWith?.code).toBe(4502);
  });

  it("keeps the seat of its handshake when it is the same user, and takes one when it is not", async () => {
    const { one } = await twoNodes();
    const first = { userId: "anna", tokenId: "t1", expiresAtMs: nowMs + 1_000 };
    const own = createInMemoryHandshake();
    const seated = await one.admit(first, undefined, own);
    const link = { id: "c-1", handshake: own };
    const limit = { max: 1, onExcess: "refuse" } as const;
    const same = await one.registry.admitOpen({ userId: "anna" }, link, limit);
    expect(same).toEqual(seated);
    expect(one.clock.pendingTimers).toBe(0);
    expect(await one.registry.admitOpen({ userId: "ben" }, link, limit)).toMatchObject({
      kind: "seated",
    });
    expect(await one.users.count()).toEqual({ users: 2, connections: 2 });
    await one.users.revoke({ tokenId: "t2", untilMs: nowMs + 1_000 });
    const revoked = { userId: "anna", tokenId: "t2" };
    expect(await one.registry.admitOpen(revoked, link, limit)).toMatchObject({ kind: "ended" });
  });

  it("goes by its fresh token, if that is good", async () => {
    const { one } = await twoNodes();
    const answer = await one.admit(userOf({ userId: "anna", tokenId: "t1" }));
    if (answer.kind !== "seated") throw new Error("not seated");
    const { seat } = answer;
    const connection = one.open(seat);
    const untilMs = nowMs + 1_000;
    await one.users.revoke({ tokenId: "t3", untilMs });
    expect(one.registry.renew(seat, { userId: "ben" })).toBe(false);
    expect(one.registry.renew(seat, userOf({ userId: "anna", tokenId: "t3" }))).toBe(false);
    expect(one.registry.renew(seat, userOf({ userId: "anna", tokenId: "t2" }))).toBe(true);
    await one.users.revoke({ tokenId: "t1", untilMs });
    expect(connection.closedWith).toBeUndefined();
    await one.users.revoke({ tokenId: "t2", untilMs });
    expect(connection.closedWith?.code).toBe(4501);
    expect(one.registry.renew(seat, { userId: "anna" })).toBe(false);
  });
});
