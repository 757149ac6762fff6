import { readFileSync } from "node:fs";
import { RedisBroker, type RedisBrokerOptions } from "@windlass/broker-redis";
import { silentLogger } from "@windlass/core";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { makeCertificate } from "../support/certificate.ts";
import { installTimeoutMs } from "../support/debian-package.ts";
import { freePort } from "../support/free-port.ts";
import { openNode, type RedisNode } from "../support/redis-node.ts";
import { RedisServer } from "../support/redis-server.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { tempDir } from "../support/temp-dir.ts";

/** Short times, so that the tests need not wait. */
const hasty = { connectTimeoutMs: 500, commandTimeoutMs: 300, reconnectMaxDelayMs: 100 } as const;

let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
}, installTimeoutMs);

afterAll(async () => server.stop());

async function node(options: RedisBrokerOptions): Promise<RedisNode> {
  const opened = await openNode(options);
  onTestFinished(async () => opened.broker.close());
  return opened;
}

test("rejects open() with a clear error, and can be opened again", async () => {
  const proxy = await TcpProxy.start(server.port);
  onTestFinished(async () => proxy.close());
  const broker = new RedisBroker({ ...hasty, url: `redis://127.0.0.1:${proxy.port}` });
  const host = { nodeId: "n", log: silentLogger, onGap: () => {} };
  for (const admission of ["refuse", "hang"] as const) {
    proxy.admission = admission;
    await expect(broker.open(host)).rejects.toMatchObject({
      code: "ERR_BROKER_UNAVAILABLE",
      message: expect.stringContaining("did not take open()"),
    });
  }
  expect(broker.health.state).toBe("closed");
  proxy.resume();
  await broker.open(host);
  await broker.publish({ topic: "news", data: "a" });
  await broker.close();
  await proxy.until(({ open }) => open === 0);
});

test("says why a server cannot be used", async () => {
  const replica = await RedisServer.start({
    settings: ["--replicaof", "127.0.0.1", String(server.port)],
  });
  onTestFinished(async () => replica.stop());
  const cluster = await RedisServer.start({ isClustered: true });
  onTestFinished(async () => cluster.stop());
  const problemWith = async (options: RedisBrokerOptions): Promise<string> => {
    const opening = openNode({ ...hasty, ...options });
    return await opening.then(
      async ({ broker }) => {
        await broker.close();
        return "none";
      },
      (error: Error) => error.message,
    );
  };
  expect(await problemWith({ url: replica.url })).toContain("it is a replica");
  expect(await problemWith({ url: cluster.url })).toContain('use the option "cluster"');
  expect(await problemWith({ cluster: { urls: [server.url] } })).toContain("cluster");
  expect(await problemWith({ cluster: { urls: [cluster.url] } })).toContain("holds no slots");
});

test("never shows a password", async () => {
  const secret = "s3cret/word";
  const locked = await RedisServer.start({ settings: ["--requirepass", secret] });
  onTestFinished(async () => locked.stop());
  const url = (password: string) =>
    `redis://:${encodeURIComponent(password)}@127.0.0.1:${locked.port}`;
  const wrong = openNode({ ...hasty, url: url("wr0ng") });
  await expect(wrong).rejects.toMatchObject({ message: expect.stringContaining("WRONGPASS") });
  await expect(wrong).rejects.not.toMatchObject({ message: expect.stringContaining("wr0ng") });
  const right = await node({ ...hasty, url: url(secret) });
  await right.broker.publish({ topic: "news", data: "1" });
  await locked.kill();
  await right.log.find(({ message }) => message.includes("was lost"));
  const failure: Error = await right.broker.publish({ topic: "news", data: "2" }).then(
    () => new Error("it was published"),
    (error) => error,
  );
  const said = JSON.stringify([right.log.lines, right.broker.health, failure.message]);
  expect(said).toContain(`redis://127.0.0.1:${locked.port}`);
  expect(said).not.toContain(secret);
  expect(said).not.toContain(encodeURIComponent(secret));
});

test("speaks TLS, and refuses a certificate that it has no reason to trust", async () => {
  const { certFile, keyFile } = await makeCertificate(tempDir());
  const port = await freePort();
  const tls = ["--tls-port", String(port), "--tls-auth-clients", "no"];
  const files = ["--tls-cert-file", certFile, "--tls-key-file", keyFile];
  const secured = await RedisServer.start({ settings: [...tls, ...files] });
  onTestFinished(async () => secured.stop());
  const url = `rediss://localhost:${port}`;
  await expect(openNode({ ...hasty, url })).rejects.toMatchObject({
    code: "ERR_BROKER_UNAVAILABLE",
    message: expect.stringContaining("self-signed certificate"),
  });
  const { broker } = await node({ ...hasty, url, tls: { ca: readFileSync(certFile) } });
  const heard: unknown[] = [];
  await broker.subscribe("news", ({ data }) => void heard.push(data));
  await broker.publish({ topic: "news", data: "a" });
  await vi.waitFor(() => expect(heard).toEqual(["a"]));
});

test("needs no more rights than the README names", async () => {
  const rights = "~windlass:* &windlass:* +@read +@write +@pubsub +@connection +@scripting +time";
  const guarded = await RedisServer.start({
    settings: ["--user", ...`app on >secret ${rights}`.split(" ")],
  });
  onTestFinished(async () => guarded.stop());
  const url = `redis://app:secret@127.0.0.1:${guarded.port}`;
  const { broker, log } = await node({ ...hasty, url });
  const { presence } = broker;
  onTestFinished(async () => presence.close());
  await presence.open({ nodeId: "n", log });
  const history = { size: 10, ttlMs: 60_000, positionTtlMs: 60_000 };
  const idempotency = { key: "key", windowMs: 60_000 };
  const heard: unknown[] = [];
  await broker.subscribe("news", ({ data }) => void heard.push(data));
  await broker.publish({ topic: "news", data: "a" }, { history, idempotency });
  await broker.publish({ topic: "news", data: "b" });
  await vi.waitFor(() => expect(heard).toEqual(["a", "b"]));
  expect((await broker.history("news")).publications).toHaveLength(1);
  await broker.forget("news");
  await presence.join("news", { connectionId: "1", memberId: "anna" });
  expect(await presence.count("news")).toEqual({ members: 1, connections: 1 });
  // Elsewhere it may do nothing, and says so.
  const foreign = await node({ ...hasty, url, keyPrefix: "other:" });
  await expect(foreign.broker.publish({ topic: "news", data: "a" })).rejects.toMatchObject({
    code: "ERR_BROKER_UNAVAILABLE",
    message: expect.stringContaining("NOPERM"),
  });
});

test("takes a publication whole or not at all when the memory of Redis is full", async () => {
  const settings = ["--maxmemory", "20mb", "--maxmemory-policy", "noeviction"];
  const full = await RedisServer.start({ settings });
  onTestFinished(async () => full.stop());
  const { broker, log } = await node({ ...hasty, url: full.url });
  const history = { size: 1_000_000, ttlMs: 60_000, positionTtlMs: 60_000 };
  const publication = { topic: "news", data: "x".repeat(1_000_000) };
  let taken = 0;
  for (;;) {
    const isTaken = await broker.publish(publication, { history }).then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ code: "ERR_BROKER_UNAVAILABLE" });
        expect(String(error)).toContain("OOM");
        return false;
      },
    );
    if (!isTaken) break;
    taken += 1;
  }
  const { publications, position } = await broker.history("news");
  expect([publications.length, position?.offset]).toEqual([taken, taken]);
  expect(log.lines.filter(({ level }) => level === "warn")).toEqual([]);
});

test("warns of a server that may throw history away", async () => {
  const settings = ["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"];
  const evicting = await RedisServer.start({ settings });
  onTestFinished(async () => evicting.stop());
  const { log } = await node({ ...hasty, url: evicting.url });
  expect(log.lines).toContainEqual(
    expect.objectContaining({ level: "warn", policy: "allkeys-lru" }),
  );
});
