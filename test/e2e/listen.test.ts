import { once } from "node:events";
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { App, type AppOptions, EchoServer, type RouteOptions } from "@windlass/app";
import { describe, expect, it, onTestFinished } from "vitest";
import { JournalingComponent } from "../support/journaling-component.ts";
import { MemoryLogger } from "../support/memory-logger.ts";
import { RawClient } from "../support/raw-client.ts";
import { startApp } from "../support/start-app.ts";
import { tempDir } from "../support/temp-dir.ts";

const rejection = (code: string) => expect.objectContaining({ name: "WindlassError", code });

/** An App with an echo route that is closed with the test. */
function declare(port: number, address = "127.0.0.1", options: AppOptions = {}): App {
  const app = new App("localhost", port, address, { logger: new MemoryLogger(), ...options });
  app.route("/echo", new EchoServer(), ["*"]);
  onTestFinished(() => app.close({ graceMs: 1_000 }));
  return app;
}

async function expectEcho(target: number | { readonly path: string }): Promise<void> {
  const client = await RawClient.open(target, "/echo");
  client.writeText("hello");
  expect(await client.text()).toBe("hello");
  client.destroy();
}

describe("a TCP address", () => {
  it("with port 0 gets a free port and says which", async () => {
    const bound = await declare(0).run();
    expect(bound.port).toBeGreaterThan(0);
    expect(bound).toEqual({
      address: "127.0.0.1",
      port: bound.port,
      url: `ws://localhost:${bound.port}`,
    });
    await expectEcho(bound.port);
  });

  it("that is taken is ERR_ADDRESS_IN_USE, and run() works once it is free", async () => {
    const first = declare(0);
    const { port } = await first.run();
    const second = declare(port);
    await expect(second.run()).rejects.toEqual(rejection("ERR_ADDRESS_IN_USE"));
    await expect(second.run()).rejects.toThrow(`127.0.0.1:${port}`);
    expect(second.state).toBe("declaring");
    await expectEcho(port);

    await first.close();
    expect(await second.run()).toMatchObject({ port });
    await expectEcho(port);
  });

  it("that is taken by another program is ERR_ADDRESS_IN_USE", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    await expect(declare(port).run()).rejects.toEqual(rejection("ERR_ADDRESS_IN_USE"));
  });

  it("that this machine does not have is ERR_ADDRESS_NOT_AVAILABLE", async () => {
    // TEST-NET-1 of RFC 5737 belongs to nobody.
    const run = declare(0, "192.0.2.1").run();
    await expect(run).rejects.toEqual(rejection("ERR_ADDRESS_NOT_AVAILABLE"));
    await expect(run).rejects.toThrow("192.0.2.1");
  });

  it("that is a name without an address is ERR_ADDRESS_NOT_AVAILABLE", async () => {
    // RFC 6761 section 6.4: never resolves.
    const run = declare(0, "windlass.invalid").run();
    await expect(run).rejects.toEqual(rejection("ERR_ADDRESS_NOT_AVAILABLE"));
    await expect(run).rejects.toThrow("windlass.invalid");
  });

  it("may be a host name", async () => {
    const bound = await declare(0, "localhost").run();
    expect(bound.url).toBe(`ws://localhost:${bound.port}`);
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === "::1"),
  );
  it.runIf(hasIpv6)("may be IPv6, also for the client", async () => {
    const component = new JournalingComponent();
    const options = { address: "::1", httpHost: "[::1]" };
    const { port, log } = await startApp((app) => app.route("/", component, ["*"]), options);
    expect(log.lines[0]).toMatchObject({ url: `ws://[::1]:${port}` });
    const headers = { Host: `[::1]:${port}` };
    await RawClient.open({ port, host: "::1" }, "/", { headers });
    expect((await component.opens.find()).handshake.ip).toBe("::1");
  });
});

describe("a unix socket", () => {
  const modeOf = (path: string): number => statSync(path).mode & 0o777;

  it("is listened on, for the owner and the group, and removed by close()", async () => {
    const path = join(tempDir(), "app.sock");
    const component = new JournalingComponent();
    const { app } = await startApp((app) => app.route("/", component, ["*"]), { address: path });
    await RawClient.open({ path }, "/");
    expect((await component.opens.find()).handshake.ip).toBe("");
    expect(modeOf(path)).toBe(0o660);
    await app.close();
    expect(existsSync(path)).toBe(false);
  });

  it("gets the mode of unixSocketMode", async () => {
    const path = join(tempDir(), "app.sock");
    const bound = await declare(0, path, { unixSocketMode: 0o666 }).run();
    expect(bound).toEqual({ address: path, port: 0, url: `unix:${path}` });
    expect(modeOf(path)).toBe(0o666);
  });

  it("whose file outlived its process is replaced", async () => {
    const folder = tempDir();
    const path = join(folder, "app.sock");
    const server = createServer().listen(join(folder, "dead.sock"));
    await once(server, "listening");
    // Node removes the file of a server it closes, but not under another name.
    renameSync(join(folder, "dead.sock"), path);
    server.close();
    await once(server, "close");
    expect(statSync(path).isSocket()).toBe(true);
    await declare(0, path).run();
    await expectEcho({ path });
  });

  it("that somebody listens on is ERR_ADDRESS_IN_USE and stays theirs", async () => {
    const path = join(tempDir(), "app.sock");
    await declare(0, path).run();
    await expect(declare(0, path).run()).rejects.toEqual(rejection("ERR_ADDRESS_IN_USE"));
    await expectEcho({ path });
  });

  it("never replaces a file", async () => {
    const path = join(tempDir(), "precious.txt");
    writeFileSync(path, "precious");
    await expect(declare(0, path).run()).rejects.toEqual(rejection("ERR_LISTEN_FAILED"));
    expect(readFileSync(path, "utf8")).toBe("precious");
  });

  it("whose path is too long or has no folder is refused with the reason", async () => {
    const folder = tempDir();
    const long = join(folder, "x".repeat(200));
    await expect(declare(0, long).run()).rejects.toThrow("wanted at most 107");
    const orphan = join(folder, "missing", "app.sock");
    await expect(declare(0, orphan).run()).rejects.toThrow(orphan);
  });
});

describe("the order of calls", () => {
  it("run() twice is ERR_APP_STATE, while it starts and when it runs", async () => {
    const app = declare(0);
    const running = app.run();
    expect(app.state).toBe("starting");
    await expect(app.run()).rejects.toEqual(rejection("ERR_APP_STATE"));
    const { port } = await running;
    await expect(app.run()).rejects.toThrow("run() was called while the app is running");
    await expectEcho(port);
  });

  it("route() and http() after run() are ERR_APP_STATE", async () => {
    const app = declare(0);
    const running = app.run();
    const late = () => app.route("/late", new EchoServer());
    expect(late).toThrow(rejection("ERR_APP_STATE"));
    await running;
    expect(late).toThrow("route() was called while the app is running");
    expect(() => app.http("/late", () => new Response())).toThrow(rejection("ERR_APP_STATE"));
  });

  it("run() after close() is ERR_APP_STATE", async () => {
    const app = declare(0);
    await app.close();
    await expect(app.run()).rejects.toThrow("run() was called while the app is closed");
  });
});

describe("wrong options are ERR_OPTION_INVALID and name their path", () => {
  // What the compiler refuses, too: JavaScript programs and configuration files come here.
  const asOptions = <Options>(value: object): Options => value as Options;

  it.each<readonly [object, string]>([
    [{ maxPayloadBytes: -1 }, 'options of route "/chat".maxPayloadBytes: '],
    [{ maxPayloadBytes: 1e9 }, 'options of route "/chat".maxPayloadBytes: '],
    [{ heartbeat: { timeoutMs: 7_999 } }, 'options of route "/chat".heartbeat'],
    [{ maxPayload: 1 }, 'options of route "/chat".maxPayload: there is no such option'],
    [{ slowConsumer: "wait" }, 'options of route "/chat".slowConsumer: '],
    [{ rateLimit: {} }, 'options of route "/chat".rateLimit: '],
    [{ guards: [() => true] }, 'options of route "/chat".guards.0: '],
    [{ httpHost: "https://x" }, 'options of route "/chat".httpHost'],
  ])("of a route: %j", (options, message) => {
    const app = declare(0);
    const route = () =>
      app.route("/chat", new EchoServer(), ["*"], asOptions<RouteOptions>(options));
    expect(route).toThrow(rejection("ERR_OPTION_INVALID"));
    expect(route).toThrow(message);
  });

  it.each<readonly [object, string]>([
    [{ maxConnections: -1 }, "options.maxConnections: "],
    [
      { handshakeTimeoutMs: "10s" },
      'options.handshakeTimeoutMs: invalid input: expected number, received string; seen "10s"',
    ],
    [{ maxConnection: 1 }, "options.maxConnection: there is no such option"],
    [{ refusalLog: { burst: 0 } }, "options.refusalLog.burst: "],
    [{ logger: {} }, "options.logger: expected a pino logger"],
    [{ tls: { certFile: "" } }, "options.tls."],
  ])("of the app: %j", (options, message) => {
    const create = () => declare(0, "127.0.0.1", asOptions<AppOptions>(options));
    expect(create).toThrow(rejection("ERR_OPTION_INVALID"));
    expect(create).toThrow(message);
  });

  it("of the three positions, too", () => {
    expect(() => new App("http://localhost")).toThrow(/^httpHost: /);
    expect(() => new App("localhost", 65_536)).toThrow(/^port: .*seen 65536/);
    expect(() => new App("localhost", 0, "")).toThrow(/^address: /);
    const proxies: AppOptions = { trustedProxies: ["proxy.local"] };
    expect(() => new App("localhost", 0, "127.0.0.1", proxies)).toThrow(
      rejection("ERR_IP_RULE_INVALID"),
    );
  });
});
