import { createHmac } from "node:crypto";
import {
  type App,
  type Component,
  cookieAuthenticate,
  jwtAuthenticate,
  jwtTokenAuthenticate,
  ProtocolComponent,
  type RouteOptions,
  signCookie,
} from "@windlass/app";
import { RedisBroker, type RedisBrokerOptions } from "@windlass/broker-redis";
import { connect } from "@windlass/client";
import { type Broker, MemoryBroker, MemoryPresence } from "@windlass/core";
import { defineProtocol } from "@windlass/protocol";
import { afterAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket } from "ws";
import { z } from "zod";
import { installTimeoutMs } from "../support/debian-package.ts";
import { RedisCluster } from "../support/redis-cluster.ts";
import { RedisServer } from "../support/redis-server.ts";
import { type RunningApp, startApp } from "../support/start-app.ts";
import { TextClient } from "../support/text-client.ts";

const secret = "a secret of at least thirty-two bytes";
const authenticate = jwtAuthenticate({ secret });
const greeting: Component = {
  onOpen: (connection) => void connection.send("open"),
  onMessage: () => {},
};

/** What two nodes of one process share, until both are closed. */
class SharedBroker extends MemoryBroker {
  readonly presence = new MemoryPresence();
  override async close(): Promise<void> {}
}

/** Where the users of two nodes are, for one test after the other. */
interface Backend {
  readonly name: string;
  /** Makes the brokers of the nodes of one test. */
  readonly start: () => Promise<() => Broker>;
}

let tests = 0;

/** Nodes of one test share a prefix, and no other's. */
function onRedis(server: RedisBrokerOptions): () => Broker {
  tests += 1;
  const keyPrefix = `users-${tests}:`;
  return () => new RedisBroker({ ...server, keyPrefix });
}

const backends: readonly Backend[] = [
  {
    name: "memory",
    start: async () => {
      const broker = new SharedBroker();
      vi.spyOn(broker.presence, "close").mockResolvedValue();
      return () => broker;
    },
  },
  { name: "Redis", start: async () => onRedis({ url: (await redis()).url }) },
  {
    name: "a Redis cluster",
    start: async () => onRedis({ cluster: { urls: (await cluster()).urls } }),
  },
];

const redis = once(() => RedisServer.start());
const cluster = once(() => RedisCluster.start());

/** Starts a server when it is first wanted, and stops it after the last test. */
function once<Server extends { stop(): Promise<void> }>(
  start: () => Promise<Server>,
): () => Promise<Server> {
  let started: Promise<Server> | undefined;
  afterAll(async () => (await started)?.stop());
  return () => {
    started ??= start();
    return started;
  };
}

/** The brokers of nodes that a test starts. */
let brokerOf: () => Broker = () => new SharedBroker();

/** Two nodes with the same route. */
async function twoNodes(
  options: RouteOptions = { authenticate },
  component = () => greeting,
): Promise<readonly [RunningApp, RunningApp]> {
  const start = () =>
    startApp((app) => app.route("/", component(), ["*"], options), { broker: brokerOf() });
  return [await start(), await start()];
}

function tokenOf(sub: string, more: Readonly<Record<string, unknown>> = {}): string {
  const iat = Math.floor(Date.now() / 1_000) - 1;
  const parts = [{ alg: "HS256" }, { sub, iat, exp: iat + 600, ...more }];
  const text = parts
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

/** Opens a connection that the server knows of. */
async function open({ url }: RunningApp, token: string): Promise<TextClient> {
  const headers = { authorization: `Bearer ${token}` };
  for (;;) {
    const client = await TextClient.open(url, { headers });
    // Once in a while the engine cuts a late upgrade: the server has not heard of it then.
    if ((await Promise.race([client.text(), client.closed])) === "open") return client;
  }
}

const protocol = defineProtocol({ client: {}, server: { said: z.string() } });

function chat({ url }: RunningApp, token: string) {
  const said: string[] = [];
  const client = connect(protocol, url, { WebSocket, token: () => token });
  client.on("said", (text) => void said.push(text));
  onTestFinished(() => client.close());
  return { client, said };
}

/** Resolves when the app knows of so many connections. */
async function connections(app: App, wanted: number): Promise<void> {
  await vi.waitFor(async () => expect((await app.users.count()).connections).toBe(wanted));
}

describe.each(backends)("the users of two nodes, on $name", ({ start }) => {
  beforeEach(async () => {
    brokerOf = await start();
  }, installTimeoutMs);

  it("are sent to on all their connections, and sent away from all of them", async () => {
    const [one, two] = await twoNodes();
    const anna = tokenOf("anna");
    const annas = [await open(one, anna), await open(one, anna), await open(two, anna)];
    const ben = await open(two, tokenOf("ben"));
    expect(await one.app.users.count()).toEqual({ users: 2, connections: 4 });
    await one.app.users.send("anna", "hello");
    for (const client of annas) expect(await client.text()).toBe("hello");
    await two.app.users.disconnect("anna");
    expect(await Promise.all(annas.map(({ closed }) => closed))).toEqual([4502, 4502, 4502]);
    await connections(one.app, 1);
    await one.app.users.send("ben", "still here");
    expect(await ben.text()).toBe("still here");
  });

  it("have no more connections than they may, where new ones are refused", async () => {
    const maxConnectionsPerUser = { max: 2 };
    const [one, two] = await twoNodes({ authenticate, maxConnectionsPerUser });
    const anna = tokenOf("anna");
    const first = await open(one, anna);
    await open(two, anna);
    for (const node of [one, two]) await expect(open(node, anna)).rejects.toThrow(/429/);
    first.socket.close();
    await connections(two.app, 1);
    await open(two, anna);
  });

  it("have no more connections than they may, where old ones make way", async () => {
    const maxConnectionsPerUser = { max: 1, onExcess: "displace" } as const;
    const [one, two] = await twoNodes({ authenticate, maxConnectionsPerUser });
    const anna = tokenOf("anna");
    const first = await open(one, anna);
    const second = await open(two, anna);
    expect(await first.closed).toBe(4503);
    await connections(one.app, 1);
    await one.app.users.send("anna", "hello");
    expect(await second.text()).toBe("hello");
  });

  it("are closed within a second when their token is revoked, and come back with another", async () => {
    const [one, two] = await twoNodes();
    const anna = tokenOf("anna", { jti: "t1" });
    const clients = [await open(one, anna), await open(two, anna)];
    const startMs = performance.now();
    await one.app.users.revoke({ tokenId: "t1", untilMs: Date.now() + 600_000 });
    expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual([4501, 4501]);
    expect(performance.now() - startMs).toBeLessThan(1_000);
    for (const node of [one, two]) await expect(open(node, anna)).rejects.toThrow(/401/);
    await open(two, tokenOf("anna", { jti: "t2" }));
    await one.app.users.revoke({ userId: "anna" });
    await connections(one.app, 0);
    for (const { log } of [one, two]) expect(JSON.stringify(log.lines)).not.toContain(anna);
  });

  it("are closed when their token ends", async () => {
    const [one] = await twoNodes();
    const exp = Math.floor(Date.now() / 1_000) + 1;
    const client = await open(one, tokenOf("anna", { exp }));
    expect(await client.closed).toBe(4005);
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000 - 20);
    await connections(one.app, 0);
  });

  it("leave nothing behind when they go away while they are let in", async () => {
    const [one] = await twoNodes();
    const headers = { authorization: `Bearer ${tokenOf("anna")}` };
    for (let round = 0; round < 50; round += 1) {
      const socket = new WebSocket(one.url, { headers });
      socket.on("error", () => {});
      socket.on("open", () => socket.terminate());
      if (round % 2 === 0) setImmediate(() => socket.terminate());
    }
    await open(one, tokenOf("ben"));
    await connections(one.app, 1);
  });

  it("are sent events, limited, and sent away like all others when they send their token in a message", async () => {
    const [one, two] = await twoNodes(
      { maxConnectionsPerUser: { max: 1, onExcess: "displace" } },
      () => new ProtocolComponent(protocol, { authenticate: jwtTokenAuthenticate({ secret }) }),
    );
    const anna = tokenOf("anna", { jti: "t1" });
    const first = chat(one, anna);
    await connections(two.app, 1);
    await two.app.users.send("anna", '"hello"', { event: "said" });
    await two.app.users.send("anna", "not for a protocol");
    await vi.waitFor(() => expect(first.said).toEqual(["hello"]));
    const second = chat(two, anna);
    await vi.waitFor(() => expect(first.client.state).toBe("closed"));
    await one.app.users.send("anna", '"again"', { event: "said" });
    await vi.waitFor(() => expect(second.said).toEqual(["again"]));
    await connections(one.app, 1);
    await one.app.users.revoke({ tokenId: "t1", untilMs: Date.now() + 60_000 });
    await vi.waitFor(() => expect(second.client.state).toBe("closed"));
    await connections(one.app, 0);
    const third = chat(one, anna);
    await vi.waitFor(() => expect(third.client.state).toBe("closed"));
  });
});

it("a signed cookie lets pages of the own origin in, and no others", async () => {
  const options = { authenticate: cookieAuthenticate({ name: "session", keys: [secret] }) };
  const { app, url, port } = await startApp((app) => app.route("/", greeting, [], options));
  const value = signCookie({ name: "session", key: secret, userId: "anna", maxAgeMs: 60_000 });
  const headers = { cookie: `session=${value}` };
  const page = await TextClient.open(url, { headers, origin: `http://localhost:${port}` });
  expect(await page.text()).toBe("open");
  expect(await app.users.isOnline("anna")).toBe(true);
  await expect(TextClient.open(url, { headers, origin: "https://evil.example" })).rejects.toThrow(
    /403/,
  );
});

it("a broken key set is answered with 503", async () => {
  const options = { authenticate: jwtAuthenticate({ jwksUrl: "http://127.0.0.1:9/jwks.json" }) };
  const { url, log } = await startApp((app) => app.route("/", greeting, ["*"], options));
  const [, ...rest] = tokenOf("anna").split(".");
  const header = Buffer.from('{"alg":"RS256","kid":"1"}').toString("base64url");
  const headers = { authorization: `Bearer ${[header, ...rest].join(".")}` };
  await expect(TextClient.open(url, { headers })).rejects.toThrow(/503/);
  expect(log.refusals).toMatchObject([{ rule: "jwks", status: 503 }]);
});
