import { describe, expect, it, onTestFinished } from "vitest";
import { ChildProgram } from "../support/child-program.ts";
import { JournalingComponent } from "../support/journaling-component.ts";
import { handshakeRequest, RawClient } from "../support/raw-client.ts";
import { startApp } from "../support/start-app.ts";

/** A handshake that is refused; returns when it is answered. */
async function knock(port: number, path: string): Promise<number> {
  const client = await RawClient.connect(port);
  client.write(handshakeRequest(path));
  return (await client.response()).status;
}

describe("the log of a connection", () => {
  it("adds connectionId, route and ip to each line, and is one object", async () => {
    const component = new JournalingComponent();
    component.onOpen = (connection): void => {
      connection.log.info({ step: 1 }, "hello");
      component.opens.write(connection);
    };
    const { port, log } = await startApp((app) => app.route("/room/:name", component, ["*"]));
    await RawClient.open(port, "/room/7");
    await RawClient.open(port, "/room/8");
    const connections = await component.opens.count(2);
    const lines = log.lines.filter(({ message }) => message === "hello");
    expect(lines).toEqual(
      connections.map(({ id }) => ({
        connectionId: id,
        route: "/room/:name",
        ip: "127.0.0.1",
        step: 1,
        level: "info",
        message: "hello",
      })),
    );
    const [first, second] = connections;
    expect(first?.id).not.toBe(second?.id);
    expect(first?.log).toBe(first?.log);
    expect(first?.log).not.toBe(second?.log);
  });

  it("tells of openings and closings without what was said", async () => {
    const component = new JournalingComponent();
    const { port, log } = await startApp((app) => app.route("/", component, ["*"]));
    const client = await RawClient.open(port, "/?token=SECRET", {
      headers: { Cookie: "session=SECRET", Authorization: "Bearer SECRET" },
    });
    client.writeText("SECRET");
    await component.texts.find();
    client.destroy();
    const { connection } = await component.closes.find();
    const line = await log.find(({ message }) => message === "connection closed");
    expect(line).toMatchObject({ connectionId: connection.id, route: "/", ip: "127.0.0.1" });
    expect(JSON.stringify(log.lines)).not.toContain("SECRET");
  });
});

describe("refusals", () => {
  it("get one line each, naming rule, value seen and value wanted", async () => {
    const { port, log } = await startApp((app) => {
      app.route("/chat", new JournalingComponent(), ["example.com"]);
    });
    const client = await RawClient.connect(port);
    const headers = { Origin: "https://evil.example" };
    client.write(handshakeRequest("/chat", { headers }));
    const { body } = await client.response();
    expect(log.refusals).toEqual([
      {
        level: "warn",
        message: "request refused",
        route: "/chat",
        ip: "127.0.0.1",
        rule: "origin",
        code: "ERR_ORIGIN_REFUSED",
        status: 403,
        seen: "https://evil.example",
        wanted: expect.stringContaining("example.com"),
      },
    ]);
    // What would have been accepted is not the client's business.
    expect(body).not.toContain("example.com");
  });

  it("are limited per rule: burst, then perSecond, and the next line counts the others", async () => {
    const { port, log } = await startApp(
      (app) => app.route("/", new JournalingComponent(), ["*"], { missingOrigin: "refuse" }),
      { refusalLog: { burst: 3, perSecond: 0 } },
    );
    for (let index = 0; index < 10; index += 1) expect(await knock(port, "/nowhere")).toBe(404);
    expect(log.refusals).toHaveLength(3);
    const client = await RawClient.connect(port);
    client.write(handshakeRequest("/", { headers: { "Sec-WebSocket-Version": "8" } }));
    expect((await client.response()).status).toBe(426);
    expect(log.refusals).toHaveLength(4);
  });

  it("that were left out are counted in the next line", async () => {
    const { port, log } = await startApp(() => {}, { refusalLog: { burst: 1, perSecond: 20 } });
    let asked = 0;
    while (log.refusals.length < 3) {
      await knock(port, "/nowhere");
      asked += 1;
    }
    const suppressed = log.refusals.map((line) => Number(line["suppressed"] ?? 0));
    expect(suppressed[0]).toBe(0);
    expect(suppressed[1]).toBeGreaterThan(0);
    expect(log.refusals.length + suppressed.reduce((sum, count) => sum + count)).toBe(asked);
  });
});

describe("without a logger", () => {
  interface PinoLine {
    readonly level: number;
    readonly msg: string;
    readonly [field: string]: unknown;
  }

  it("pino writes JSON lines to stdout, and no payloads", async () => {
    const program = new ChildProgram("test/support/echo-program.ts", { CLOSE_ON_SIGNALS: "1" });
    onTestFinished(async () => void (await program.stop("SIGKILL")));
    const [, port] = await program.find(/"url":"ws:\/\/localhost:(\d+)"/);
    const client = await RawClient.open(Number(port), "/");
    client.writeText("fail with SECRET");
    expect((await client.closeFrame()).code).toBe(1011);
    expect(await knock(Number(port), "/nowhere")).toBe(404);
    await program.find(/"rule":"path"/);
    expect(await program.stop("SIGTERM")).toEqual({ code: 0, signal: null });

    expect(program.stderr).toBe("");
    const lines = program.stdout.trimEnd().split("\n");
    const parsed = lines.map((line): PinoLine => JSON.parse(line));
    expect(parsed.every(({ level, msg }) => level >= 30 && typeof msg === "string")).toBe(true);
    expect(parsed.map(({ msg }) => msg)).toEqual([
      "listening",
      "a callback failed and no onError handled it: closing with 1011",
      "request refused",
      "closing",
      "closed",
    ]);
    expect(parsed[1]).toMatchObject({
      route: "/",
      ip: "127.0.0.1",
      phase: "message",
      err: { type: "Error", message: "told to fail" },
    });
    expect(program.stdout).not.toContain("SECRET");
  });
});
