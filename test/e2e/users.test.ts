import { type Authenticate, ProtocolComponent, type User } from "@windlass/app";
import { MemoryBroker, MemoryPresence } from "@windlass/core";
import { defineProtocol } from "@windlass/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { JournalingComponent } from "../support/journaling-component.ts";
import { handshakeRequest, RawClient } from "../support/raw-client.ts";
import { startApp } from "../support/start-app.ts";

const protocol = defineProtocol({
  client: { ready: z.void() },
  server: { said: z.object({ text: z.string() }) },
});

const speaking = { headers: { "Sec-WebSocket-Protocol": "windlass.v1.json" } };

/** A user with an id and, perhaps, a token that can be revoked. */
function userOf(
  userId: string | null | undefined,
  tokenId: string | null | undefined,
): User | null {
  if (!userId) return null;
  const user = { userId, ...(tokenId && { tokenId }) };
  return user;
}

const byQuery: Authenticate = ({ query }) => userOf(query.get("user"), query.get("token"));

function byToken(token: string | undefined): User | null {
  const parts = new URLSearchParams(token);
  if (parts.has("broken")) return { userId: "anna", tokenId: 7 } as User;
  return userOf(parts.get("user"), parts.get("token"));
}

async function startStage(
  options = {},
  onOpen = (_connection: { readonly user: User | undefined }): void => {},
) {
  const raw = new JournalingComponent();
  const typed = new ProtocolComponent(protocol, { handlers: { ready: () => {} } });
  const inBand = new ProtocolComponent(protocol, {
    handlers: { ready: () => {} },
    authenticate: byToken,
    onOpen,
  });
  const { app, log, port } = await startApp((app) => {
    app.route("/raw", raw, ["*"], { authenticate: byQuery });
    app.route("/typed", typed, ["*"], { authenticate: byQuery });
    app.route("/in-band", inBand, ["*"]);
    app.route("/both", inBand, ["*"], { authenticate: byQuery });
  }, options);
  const open = (path: string) =>
    RawClient.open(port, path, path.startsWith("/raw") ? {} : speaking);
  return { app, log, raw, typed, inBand, open, port };
}

describe("app.users", () => {
  it("sends to all connections of a user, in what each speaks", async () => {
    const { app, typed, open } = await startStage();
    const one = await open("/raw?user=anna");
    const two = await open("/raw?user=anna");
    const other = await open("/raw?user=ben");
    const speaking = await open("/typed?user=anna");
    expect(await app.users.send("anna", "raw")).toMatchObject({ hasSubscribers: true });
    expect(await app.users.send("nobody", "x")).toMatchObject({ hasSubscribers: false });
    await typed.sendToUser("anna", "said", { text: "typed" });
    await app.users.send("ben", "end");
    expect([await one.text(), await two.text()]).toEqual(["raw", "raw"]);
    expect(JSON.parse(await speaking.text())).toEqual({
      type: "event",
      name: "said",
      data: { text: "typed" },
    });
    expect(await other.text()).toBe("end");
    expect(await app.users.count()).toEqual({ users: 2, connections: 4 });
    expect(await app.users.isOnline("anna")).toBe(true);
    expect(await app.users.connections("anna")).toHaveLength(3);
    expect((await app.users.list()).map(({ userId }) => userId)).toEqual(["anna", "ben"]);
  });

  it("closes a user's connections, and knows that they are gone", async () => {
    const { app, raw, open } = await startStage();
    const client = await open("/raw?user=anna");
    await open("/raw?user=ben");
    await app.users.disconnect("anna");
    expect(await client.closeFrame()).toMatchObject({ code: 4502 });
    await client.ended();
    await raw.closes.find();
    await expect.poll(() => app.users.isOnline("anna")).toBe(false);
    expect(await app.users.isOnline("ben")).toBe(true);
  });

  it("refuses those with too many connections, until one is closed", async () => {
    const limit = { maxConnectionsPerUser: { max: 2 } };
    const { app, open, port } = await startStage(limit);
    const first = await open("/raw?user=anna");
    await open("/typed?user=anna");
    await open("/raw?user=ben");
    const refused = await RawClient.connect(port);
    refused.write(handshakeRequest("/raw?user=anna"));
    const response = await refused.response();
    expect(response.status).toBe(429);
    expect(response.body).toContain("ERR_TOO_MANY_CONNECTIONS_OF_USER");
    first.destroy();
    await expect.poll(() => app.users.connections("anna")).toHaveLength(1);
    await open("/raw?user=anna");
  });

  it("closes the oldest, where the newest is to stay", async () => {
    const { app, open } = await startStage({
      maxConnectionsPerUser: { max: 1, onExcess: "displace" },
    });
    const first = await open("/raw?user=anna");
    const second = await open("/raw?user=anna");
    expect(await first.closeFrame()).toMatchObject({ code: 4503 });
    await app.users.send("anna", "still here");
    expect(await second.text()).toBe("still here");
  });

  it("closes what came with a revoked token within a second, and lets nobody in with it", async () => {
    const { app, open, port } = await startStage();
    const client = await open("/raw?user=anna&token=t1");
    const other = await open("/raw?user=anna&token=t2");
    const before = performance.now();
    await app.users.revoke({ tokenId: "t1", untilMs: Date.now() + 60_000 });
    expect(await client.closeFrame()).toMatchObject({ code: 4501 });
    expect(performance.now() - before).toBeLessThan(1_000);
    const refused = await RawClient.connect(port);
    refused.write(handshakeRequest("/raw?user=anna&token=t1"));
    expect((await refused.response()).status).toBe(401);
    await app.users.send("anna", "still here");
    expect(await other.text()).toBe("still here");
  });
});

describe("a user that a protocol has recognised", () => {
  const hello = (token: string) => JSON.stringify({ type: "hello", token });

  it("is one like others: gets events, is counted and sent away", async () => {
    const { app, inBand, open } = await startStage({ maxConnectionsPerUser: { max: 1 } });
    const client = await open("/in-band");
    client.writeText(hello("user=anna"));
    expect(JSON.parse(await client.text())).toMatchObject({ type: "welcome" });
    await inBand.sendToUser("anna", "said", { text: "hi" });
    expect(JSON.parse(await client.text())).toMatchObject({ name: "said", data: { text: "hi" } });
    expect(await app.users.count()).toEqual({ users: 1, connections: 1 });
    const excess = await open("/in-band");
    excess.writeText(hello("user=anna"));
    expect(await excess.closeFrame()).toMatchObject({ code: 4503 });
    await app.users.disconnect("anna", { code: 4500, reason: "bye" });
    expect(await client.closeFrame()).toMatchObject({ code: 4500 });
    await expect.poll(() => app.users.isOnline("anna")).toBe(false);
  });

  it("is closed when its token is revoked, and not let in again", async () => {
    const { app, open } = await startStage();
    const client = await open("/in-band");
    client.writeText(hello("user=anna&token=t1"));
    await client.text();
    await app.users.revoke({ tokenId: "t1", untilMs: Date.now() + 60_000 });
    expect(await client.closeFrame()).toMatchObject({ code: 4501 });
    const again = await open("/in-band");
    again.writeText(hello("user=anna&token=t1"));
    expect(await again.closeFrame()).toMatchObject({ code: 4501 });
  });

  it("is let in once, however many tokens it sends meanwhile", async () => {
    const presence = new SlowPresence();
    const broker = Object.assign(new MemoryBroker(), { presence });
    const opened: string[] = [];
    const { open } = await startStage({ broker }, ({ user }) => opened.push(user?.userId ?? ""));
    const client = await open("/in-band");
    for (const id of [1, 2])
      client.writeText(JSON.stringify({ type: "auth", token: `user=${id}` }));
    expect(JSON.parse(await client.text())).toMatchObject({ code: "ERR_FRAME_INVALID" });
    presence.letIn();
    expect(JSON.parse(await client.text())).toMatchObject({ type: "authenticated" });
    expect(presence.joins).toBe(1);
    expect(opened).toEqual(["1"]);
  });

  it("is closed with 1011 when authenticate() answers what is no user", async () => {
    const { log, open } = await startStage();
    const client = await open("/in-band");
    client.writeText(hello("user=anna&broken=1"));
    expect(await client.closeFrame()).toMatchObject({ code: 1011 });
    expect(log.lines.map(({ message }) => message)).toContain(
      "authenticate() failed: closing with 1011",
    );
  });

  it("gets nothing raw while its token is awaited, although the route knows its user", async () => {
    const { app, open } = await startStage();
    const client = await open("/both?user=anna");
    await app.users.send("anna", "raw text");
    client.writeText(hello("user=anna"));
    expect(JSON.parse(await client.text())).toMatchObject({ type: "welcome" });
  });
});

/** Lets nobody in before it is opened. */
class SlowPresence extends MemoryPresence {
  joins = 0;
  letIn: () => void = () => {};
  readonly #gate = new Promise<void>((resolve) => {
    this.letIn = resolve;
  });

  override async join(...args: Parameters<MemoryPresence["join"]>) {
    this.joins += 1;
    await this.#gate;
    return super.join(...args);
  }
}
