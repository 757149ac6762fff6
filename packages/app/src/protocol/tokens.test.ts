import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TokenUser } from "./handler-types.ts";
import { deferred, type FrameClient, stageOf } from "./stage.test-helper.ts";

const add = (client: FrameClient, id: number) =>
  client.send({ type: "request", name: "add", id, data: { a: id, b: 0 } });

/** The end of tokens is a time of the wall clock. */
const nowMs = 1_700_000_000_000;

beforeEach(() => void vi.useFakeTimers({ now: nowMs, toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

describe("with authenticate, a connection", () => {
  it("handles nothing before its token, and knows its user afterwards", async () => {
    const users: unknown[] = [];
    const stage = stageOf({
      authenticate: async (token) => ({ userId: `user of ${token}` }),
      onOpen: (connection) => void users.push(connection.user),
    });
    const client = await stage.connect();
    add(client, 1);
    client.send({ type: "subscribe", id: 2, topic: "news/latest" });
    expect(await client.next()).toMatchObject({ id: 1, code: "ERR_UNAUTHENTICATED" });
    expect(await client.next()).toMatchObject({ id: 2, code: "ERR_UNAUTHENTICATED" });
    expect(users).toEqual([]);
    client.send({ type: "hello", token: "anna" });
    add(client, 3);
    expect(await client.next()).toMatchObject({ type: "welcome" });
    expect(await client.next()).toEqual({ type: "response", id: 3, data: 3 });
    expect(users).toEqual([{ userId: "user of anna" }]);
    expect(stage.component.stats.violations).toBe(2);
  });

  it("may send its token by auth as well, and what is behind it waits", async () => {
    const check = deferred<TokenUser>();
    const stage = stageOf({ authenticate: () => check.promise });
    const client = await stage.connect();
    client.send({ type: "auth", token: "t" });
    add(client, 1);
    client.send({ type: "auth", token: "t" });
    expect(await client.next()).toMatchObject({ code: "ERR_FRAME_INVALID" });
    check.resolve({ userId: "1" });
    expect(await client.next()).toEqual({ type: "authenticated" });
    expect(await client.next()).toMatchObject({ type: "response", id: 1 });
  });

  it.each(["hello", "auth"])(
    "is closed with 4501 when the token in %s is refused",
    async (type) => {
      const onOpen = vi.fn();
      const onClose = vi.fn();
      const stage = stageOf({ authenticate: () => null, onOpen, onClose });
      const client = await stage.connect();
      client.send({ type, token: "secret-token" });
      expect(await client.next()).toMatchObject({ type: "error", code: "ERR_TOKEN_REFUSED" });
      expect(await client.peer.closed).toMatchObject({ code: 4501 });
      await stage.route.settled();
      expect(onOpen).not.toHaveBeenCalled();
      expect(onClose).not.toHaveBeenCalled();
      expect(JSON.stringify(stage.log.lines)).not.toContain("secret-token");
    },
  );

  it("is asked for its user without a token, too, which may be anonymous", async () => {
    const stage = stageOf({
      authenticate: (token) => (token === undefined ? { userId: "anonymous" } : null),
    });
    const client = await stage.connect();
    client.send({ type: "hello" });
    expect(await client.next()).toMatchObject({ type: "welcome" });
  });

  it("is closed with 4003 when no token comes within authTimeoutMs", async () => {
    const stage = stageOf({ authenticate: () => ({ userId: "1" }), authTimeoutMs: 100 });
    const client = await stage.connect();
    stage.clock.advance(99);
    expect(client.peer.connection.state).toBe("open");
    stage.clock.advance(1);
    expect(await client.peer.closed).toMatchObject({ code: 4003 });
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("is closed with 1011 when authenticate() fails, and may come back", async () => {
    const stage = stageOf({
      authenticate: async () => {
        throw new Error("no database");
      },
    });
    const client = await stage.connect();
    client.send({ type: "hello", token: "t" });
    expect(await client.peer.closed).toMatchObject({ code: 1011 });
    expect(stage.log.lines.map(({ message }) => message)).toEqual([
      "authenticate() failed: closing with 1011",
    ]);
  });

  it("is told when its token ends, and is closed with 4005 then", async () => {
    const stage = stageOf({ authenticate: () => ({ userId: "1", expiresAtMs: nowMs + 500 }) });
    const client = await stage.connect();
    client.send({ type: "hello", token: "t" });
    expect(await client.next()).toMatchObject({ type: "welcome", tokenExpiresInMs: 500 });
    stage.clock.advance(499);
    expect(client.peer.connection.state).toBe("open");
    stage.clock.advance(1);
    expect(await client.peer.closed).toMatchObject({ code: 4005 });
  });

  it("lives on with a fresh token of the same user", async () => {
    let expiresAtMs = nowMs + 500;
    const stage = stageOf({ authenticate: (userId = "") => ({ userId, expiresAtMs }) });
    const client = await stage.connect();
    client.send({ type: "hello", token: "anna" });
    expect(await client.next()).toMatchObject({ tokenExpiresInMs: 500 });
    expiresAtMs = nowMs + 900;
    client.send({ type: "auth", token: "anna" });
    expect(await client.next()).toEqual({ type: "authenticated", tokenExpiresInMs: 900 });
    stage.clock.advance(899);
    expect(client.peer.connection.state).toBe("open");
    client.send({ type: "auth", token: "ben" });
    expect(await client.next()).toMatchObject({ code: "ERR_TOKEN_REFUSED" });
    expect(await client.peer.closed).toMatchObject({ code: 4501 });
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("may close while its token is being checked", async () => {
    const check = deferred<TokenUser>();
    const onOpen = vi.fn();
    const stage = stageOf({ authenticate: () => check.promise, onOpen });
    const client = await stage.connect();
    client.send({ type: "hello", token: "t" });
    client.peer.drop();
    check.resolve({ userId: "1" });
    await stage.route.settled();
    expect(onOpen).not.toHaveBeenCalled();
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("holds messages back while onOpen takes its time, and is closed when it fails", async () => {
    const opening = deferred();
    const stage = stageOf({ authenticate: () => ({ userId: "1" }), onOpen: () => opening.promise });
    const client = await stage.connect();
    client.send({ type: "hello" });
    add(client, 1);
    expect(client.received).toMatchObject([{ type: "welcome" }]);
    opening.reject(new Error("broken"));
    expect(await client.peer.closed).toMatchObject({ code: 1011 });
  });
});

describe("authenticate", () => {
  it.each([
    ["nothing", undefined, 4501],
    ["null", null, 4501],
    ["false", false, 1011],
    ["a user without an id", {}, 1011],
    ["a user with an empty id", { userId: "" }, 1011],
    ["an end that is no time", { userId: "1", expiresAtMs: Number.NaN }, 1011],
  ])("lets nobody in by returning %s", async (_what, user, code) => {
    const onOpen = vi.fn();
    const stage = stageOf({ authenticate: async () => user as never, onOpen });
    const client = await stage.connect();
    client.send({ type: "hello", token: "t" });
    add(client, 1);
    expect(await client.peer.closed).toMatchObject({ code });
    expect(onOpen).not.toHaveBeenCalled();
    expect(JSON.stringify(client.received)).not.toContain("response");
  });

  it("gives a user whose token never ends", async () => {
    const stage = stageOf({
      authenticate: () => ({ userId: "1", expiresAtMs: Number.POSITIVE_INFINITY }),
    });
    const client = await stage.connect();
    client.send({ type: "hello" });
    expect(await client.next()).not.toHaveProperty("tokenExpiresInMs");
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it("may take its time with a fresh token beyond the end of the old one, but not for ever", async () => {
    const checks: ReturnType<typeof deferred<TokenUser>>[] = [];
    const stage = stageOf({
      authTimeoutMs: 300,
      authenticate: () => {
        const check = deferred<TokenUser>();
        checks.push(check);
        return check.promise;
      },
    });
    const client = await stage.connect();
    client.send({ type: "hello" });
    checks[0]?.resolve({ userId: "1", expiresAtMs: nowMs + 100 });
    expect(await client.next()).toMatchObject({ tokenExpiresInMs: 100 });
    client.send({ type: "auth", token: "t" });
    stage.clock.advance(200);
    expect(client.peer.connection.state).toBe("open");
    checks[1]?.resolve({ userId: "1", expiresAtMs: nowMs + 500 });
    expect(await client.next()).toEqual({ type: "authenticated", tokenExpiresInMs: 500 });
    client.send({ type: "auth", token: "t" });
    stage.clock.advance(800);
    expect(await client.peer.closed).toMatchObject({ code: 4005 });
  });

  it("that is slow does not let an old connection take the session from a newer one", async () => {
    const checks: ReturnType<typeof deferred<TokenUser>>[] = [];
    const stage = stageOf({
      authenticate: () => {
        const check = deferred<TokenUser>();
        checks.push(check);
        return check.promise;
      },
    });
    const session = "0123456789abcdef";
    const old = await stage.connect();
    old.send({ type: "hello", session });
    const young = await stage.connect();
    young.send({ type: "hello", session });
    checks[1]?.resolve({ userId: "1" });
    expect(await young.next()).toMatchObject({ type: "welcome" });
    checks[0]?.resolve({ userId: "1" });
    expect(await old.peer.closed).toMatchObject({ code: 4504 });
    expect(young.peer.connection.state).toBe("open");
  });

  it("keeps those who wait for it out of connections and broadcasts, and bounds what they send", async () => {
    const stage = stageOf({ authenticate: () => deferred<TokenUser>().promise });
    const client = await stage.connect();
    client.send({ type: "hello" });
    for (let id = 1; id <= 65; id += 1) add(client, id);
    expect(client.received).toMatchObject([{ id: 65, code: "ERR_OVERLOADED" }]);
    expect(stage.component.connections.size).toBe(0);
    expect(stage.component.broadcast("said", { text: "all" })).toBe(false);
  });
});

describe("with authenticate, sessions and onOpen", () => {
  it("handlers wait for onOpen, in their order, and do not run when it fails", async () => {
    const opening = deferred();
    const texts: string[] = [];
    const stage = stageOf({
      authenticate: () => ({ userId: "1" }),
      onOpen: () => opening.promise,
      handlers: { say: (_from, { text }) => void texts.push(text), add: () => 0 },
    });
    const client = await stage.connect();
    client.send({ type: "hello", session: "0123456789abcdef" });
    for (const id of [1, 2]) {
      client.send({ type: "event", name: "say", id, data: { text: String(id) } });
    }
    expect(client.received).toMatchObject([{ type: "welcome" }]);
    opening.reject(new Error("banned"));
    await stage.route.settled();
    expect(texts).toEqual([]);
    expect(await client.peer.closed).toMatchObject({ code: 1011 });
  });
});

describe("without authenticate, a connection", () => {
  it("has the user of its route, and its tokens are ignored", async () => {
    const users: unknown[] = [];
    const stage = stageOf({ onOpen: (connection) => void users.push(connection.user) });
    const client = await stage.connect({ user: { userId: "anna" } });
    client.send({ type: "hello", token: "t" });
    client.send({ type: "auth", token: "t" });
    expect(await client.next()).toMatchObject({ type: "welcome" });
    expect(await client.next()).toEqual({ type: "authenticated" });
    expect(users).toEqual([{ userId: "anna" }]);
  });
});
