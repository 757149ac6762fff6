import { once } from "node:events";
import { connect } from "node:net";
import { App, accept, type Verdict } from "@windlass/app";
import { describe, expect, it, onTestFinished } from "vitest";
import { ChildProgram } from "../support/child-program.ts";
import { Opcode } from "../support/frames.ts";
import { Journal } from "../support/journal.ts";
import { JournalingComponent } from "../support/journaling-component.ts";
import { MemoryLogger } from "../support/memory-logger.ts";
import { handshakeRequest, RawClient } from "../support/raw-client.ts";
import { startApp } from "../support/start-app.ts";

const mib = 1_024 * 1_024;

describe("app.close()", () => {
  it("tells every client 1001, and every onClose of it once", async () => {
    const component = new JournalingComponent();
    const { app, port } = await startApp((app) => app.route("/", component, ["*"]));
    const clients = await Promise.all(Array.from({ length: 50 }, () => RawClient.open(port, "/")));
    await component.opens.count(50);
    await app.close();
    expect(app.state).toBe("closed");
    expect(component.closes.entries).toHaveLength(50);
    expect(new Set(component.closes.entries.map(({ connection }) => connection)).size).toBe(50);
    for (const { event } of component.closes.entries) {
      expect(event).toEqual({
        code: 1001,
        reason: "server is going away",
        wasClean: true,
        cause: "shutdown",
      });
    }
    for (const client of clients) {
      expect(await client.closeFrame()).toEqual({ code: 1001, reason: "server is going away" });
      await client.ended();
    }
    expect(component.closes.entries).toHaveLength(50);
    expect(component.errors.entries).toEqual([]);
  });

  it("refuses new connections, and requests on connections that were there with 503", async () => {
    const component = new JournalingComponent();
    const release = new Journal<() => void>();
    component.onClose = (): Promise<void> => new Promise((resolve) => release.write(resolve));
    const { app, port, log } = await startApp((app) => app.route("/", component, ["*"]));
    await RawClient.open(port, "/");
    const early = await RawClient.connect(port);
    const closing = app.close();
    const finish = await release.find();
    expect(app.state).toBe("closing");

    const late = connect(port, "127.0.0.1");
    const [error] = await once(late, "error");
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
    early.write(handshakeRequest("/"));
    const { status, body, headers } = await early.response();
    expect(status).toBe(503);
    expect(body).toMatch(/^ERR_SHUTTING_DOWN: /);
    expect(headers.get("retry-after")).toBe("5");
    expect(log.refusals).toMatchObject([{ rule: "shutdown" }]);
    finish();
    await closing;
    expect(component.opens.entries).toHaveLength(1);
  });

  it("refuses handshakes that a guard was still checking", async () => {
    const component = new JournalingComponent();
    const decisions = new Journal<(verdict: Verdict) => void>();
    const check = (): Promise<Verdict> => new Promise((resolve) => decisions.write(resolve));
    const { app, port } = await startApp((app) =>
      app.route("/", component, ["*"], { guards: [{ check }] }),
    );
    const client = await RawClient.connect(port);
    client.write(handshakeRequest("/"));
    const decide = await decisions.find();
    const closing = app.close();
    decide(accept);
    expect((await client.response()).status).toBe(503);
    await client.ended();
    await closing;
    expect(component.opens.entries).toEqual([]);
  });

  it("waits for async callbacks", async () => {
    const component = new JournalingComponent();
    const release = new Journal<() => void>();
    component.onClose = (): Promise<void> => new Promise((resolve) => release.write(resolve));
    const { app, port } = await startApp((app) => app.route("/", component, ["*"]));
    await RawClient.open(port, "/");
    const order: string[] = [];
    const closing = app.close().then(() => order.push("closed"));
    const finish = await release.find();
    order.push("onClose settles");
    finish();
    await closing;
    expect(order).toEqual(["onClose settles", "closed"]);
  });

  it("gives up waiting after graceMs", async () => {
    const component = new JournalingComponent();
    component.onClose = (): Promise<void> => new Promise(() => {});
    const { app, port } = await startApp((app) =>
      app.route("/", component, ["*"], { callbackTimeoutMs: 0 }),
    );
    const client = await RawClient.open(port, "/");
    const started = performance.now();
    await app.close({ graceMs: 200 });
    const tookMs = performance.now() - started;
    expect(tookMs).toBeGreaterThan(150);
    expect(tookMs).toBeLessThan(5_000);
    expect((await client.closeFrame()).code).toBe(1001);
  });

  it("lets a connection with a backlog have its data before the close frame", async () => {
    const component = new JournalingComponent();
    const { app, port } = await startApp((app) =>
      app.route("/", component, ["*"], { maxBackpressureBytes: 16 * mib }),
    );
    const client = await RawClient.open(port, "/");
    client.socket.pause();
    const connection = await component.opens.find();
    let sent = 0;
    do sent += 1;
    while (connection.send(Buffer.alloc(mib, sent)) === "sent");
    expect(connection.bufferedBytes).toBeGreaterThan(0);
    const closing = app.close();
    // Longer than clients have for reading a close frame when nothing else is left to send.
    setTimeout(() => client.socket.resume(), 1_200);
    for (let index = 1; index <= sent; index += 1) {
      const { opcode, payload } = await client.frame();
      expect([opcode, payload.length, payload[0]]).toEqual([Opcode.Binary, mib, index]);
    }
    expect((await client.closeFrame()).code).toBe(1001);
    await closing;
    expect(component.closes.entries).toMatchObject([{ event: { code: 1001, cause: "shutdown" } }]);
  });

  it("does not wait longer than graceMs for a client that does not read", async () => {
    const component = new JournalingComponent();
    const { app, port } = await startApp((app) =>
      app.route("/", component, ["*"], { maxBackpressureBytes: 16 * mib }),
    );
    const client = await RawClient.open(port, "/");
    client.socket.pause();
    const connection = await component.opens.find();
    while (connection.send(Buffer.alloc(mib)) === "sent");
    const started = performance.now();
    await app.close({ graceMs: 200 });
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(component.closes.entries).toMatchObject([{ event: { cause: "shutdown" } }]);
    client.destroy();
  });

  it("before run() ends the app, and twice is once", async () => {
    const log = new MemoryLogger();
    const app = new App("localhost", 0, "127.0.0.1", { logger: log });
    await Promise.all([app.close(), app.close()]);
    await app.close();
    expect(app.state).toBe("closed");
    expect(log.lines.map(({ message }) => message)).toEqual(["closing", "closed"]);
  });

  it("twice waits for the same end", async () => {
    const component = new JournalingComponent();
    const { app, port } = await startApp((app) => app.route("/", component, ["*"]));
    await RawClient.open(port, "/");
    await component.opens.find();
    await Promise.all([app.close(), app.close()]);
    expect(component.closes.entries).toHaveLength(1);
  });

  it("with wrong options is refused and can be called again", async () => {
    const { app } = await startApp(() => {});
    const invalid = { name: "WindlassError", code: "ERR_OPTION_INVALID" };
    await expect(app.close({ graceMs: -1 })).rejects.toMatchObject(invalid);
    expect(app.state).toBe("running");
    await app.close({ graceMs: 100 });
    expect(app.state).toBe("closed");
  });

  it("while run() is starting is refused and can be called again", async () => {
    const app = new App("localhost", 0, "127.0.0.1", { logger: new MemoryLogger() });
    const running = app.run();
    await expect(app.close()).rejects.toMatchObject({ code: "ERR_APP_STATE" });
    await running;
    await app.close();
    expect(app.state).toBe("closed");
  });
});

describe("a program", () => {
  async function startProgram(env: Readonly<Record<string, string>> = {}): Promise<{
    readonly program: ChildProgram;
    readonly client: RawClient;
    readonly port: number;
  }> {
    const program = new ChildProgram("test/support/echo-program.ts", env);
    onTestFinished(async () => void (await program.stop("SIGKILL")));
    const [, port] = await program.find(/"url":"ws:\/\/localhost:(\d+)"/);
    return { program, client: await RawClient.open(Number(port), "/"), port: Number(port) };
  }

  it("ends by itself after close()", async () => {
    const { program, client, port } = await startProgram();
    // Connections that never asked for anything do not keep it either.
    await RawClient.connect(port);
    client.writeText("close");
    expect((await client.closeFrame()).code).toBe(1001);
    expect(await program.exited()).toEqual({ code: 0, signal: null });
    expect(program.stdout).toContain('"msg":"closed"');
  });

  it("lives until close() resolves, though all clients are gone and only a callback is stuck", async () => {
    const { program, client } = await startProgram();
    client.writeText("stick");
    expect(await client.text()).toBe("stick");
    client.writeText("close");
    expect((await client.closeFrame()).code).toBe(1001);
    client.destroy();
    expect(await program.exited()).toEqual({ code: 0, signal: null });
    expect(program.stdout).toContain('"msg":"closed"');
  });

  it.each(["SIGTERM", "SIGINT"] as const)("closes on %s and exits with 0", async (signal) => {
    const { program, client } = await startProgram({ CLOSE_ON_SIGNALS: "1" });
    const exit = program.stop(signal);
    expect((await client.closeFrame()).code).toBe(1001);
    expect(await exit).toEqual({ code: 0, signal: null });
    expect(program.stdout).toContain('"msg":"closed"');
  });

  it("exits at once with 143 on a second SIGTERM", async () => {
    const { program, client } = await startProgram({ CLOSE_ON_SIGNALS: "1" });
    client.writeText("stick");
    expect(await client.text()).toBe("stick");
    const exit = program.stop("SIGTERM");
    expect((await client.closeFrame()).code).toBe(1001);
    expect(await program.stop("SIGTERM")).toEqual({ code: 143, signal: null });
    await exit;
    expect(program.stdout).not.toContain('"msg":"closed"');
  });
});
