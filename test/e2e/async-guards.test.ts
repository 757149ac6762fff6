import { type Guard, type Route, refuse, type User } from "@windlass/app";
import { describe, expect, it } from "vitest";
import { encodeFrame, Opcode } from "../support/frames.ts";
import { JournalingComponent } from "../support/journaling-component.ts";
import { handshakeRequest, RawClient } from "../support/raw-client.ts";
import { SlowGuard } from "../support/slow-guard.ts";
import { type RunningApp, startApp } from "../support/start-app.ts";

const rounds = 1_000;
/** So many at a time; the route has room for just as many. */
const batchSize = 50;
const guardDelayMs = 50;

interface Stage {
  readonly running: RunningApp;
  readonly route: Route;
  readonly guard: SlowGuard;
  readonly component: JournalingComponent;
}

async function startStage(): Promise<Stage> {
  const guard = new SlowGuard(guardDelayMs);
  const component = new JournalingComponent();
  let route: Route | undefined;
  const running = await startApp(
    (app) => {
      route = app.route("/slow", component, ["*"], {
        guards: [guard],
        maxConnections: batchSize,
        maxConnectionsPerIp: batchSize,
      });
    },
    { maxPendingHandshakes: batchSize, maxConnections: batchSize, maxConnectionsPerIp: batchSize },
  );
  if (route === undefined) throw new Error("no route");
  return { running, route, guard, component };
}

/** Runs `scenario` a thousand times, a batch at a time, until every handshake is off the books. */
async function repeat(stage: Stage, scenario: (id: string) => Promise<void>): Promise<void> {
  const { guard, component } = stage;
  for (let first = 0; first < rounds; first += batchSize) {
    const ids = Array.from({ length: batchSize }, (_, index) => String(first + index));
    await Promise.all(ids.map(scenario));
    const done = first + batchSize;
    await guard.verdicts.count(done);
    await guard.releases.count(done);
    // Those that came through all the same are closed by now or soon.
    await component.closes.count(component.opens.entries.length);
  }
}

/** A handshake the guard is busy with. */
async function pendingClient(
  { running, guard }: Stage,
  id: string,
  more: string | Uint8Array = "",
): Promise<RawClient> {
  const client = await RawClient.connect(running.port);
  const request = handshakeRequest(`/slow?id=${id}`);
  client.write(Buffer.concat([Buffer.from(request), Buffer.from(more)]));
  await guard.starts.find((started) => started === id);
  return client;
}

/** Nothing is counted twice, nothing is left, and there is room for everybody again. */
async function expectCleanBooks(stage: Stage): Promise<void> {
  const { running, route, guard, component } = stage;
  expect(route.connections.size).toBe(0);
  const opened = component.opens.entries.map(({ handshake }) => handshake.query.get("id"));
  expect(new Set(opened).size).toBe(opened.length);
  expect(component.closes.entries).toHaveLength(opened.length);
  expect(guard.verdicts.entries).toHaveLength(rounds);
  expect([...guard.releases.entries].sort()).toEqual([...guard.verdicts.entries].sort());
  expect(guard.aborts.entries.length + opened.length).toBe(rounds);
  expect(running.log.lines.filter((line) => line.level === "error")).toEqual([]);

  // All at once: so this needs every pending handshake and every counter back, too.
  const paths = Array.from({ length: batchSize }, (_, index) => `/slow?id=after-${index}`);
  const clients = await Promise.all(paths.map((path) => RawClient.open(running.port, path)));
  // Once in a while the engine cuts a late upgrade from within res.cork(): others take their places.
  while (route.connections.size < batchSize) {
    clients.push(await RawClient.open(running.port, "/slow?id=instead"));
  }
  const extra = await RawClient.connect(running.port);
  extra.write(handshakeRequest("/slow?id=extra"));
  expect((await extra.response()).status).toBe(503);
  for (const client of clients) client.destroy();
  await component.closes.count(opened.length + batchSize);
  expect(route.connections.size).toBe(0);
}

describe("a guard that takes 50 ms", () => {
  it("survives clients that abort meanwhile", async () => {
    const stage = await startStage();
    await repeat(stage, async (id) => {
      const client = await pendingClient(stage, id);
      client.socket.resetAndDestroy();
    });
    expect(stage.guard.aborts.entries.length).toBeGreaterThan(rounds / 2);
    await expectCleanBooks(stage);
  });

  it("survives clients that disconnect meanwhile", async () => {
    const stage = await startStage();
    await repeat(stage, async (id) => {
      const client = await pendingClient(stage, id);
      client.socket.end();
    });
    expect(stage.guard.aborts.entries.length).toBeGreaterThan(rounds / 2);
    await expectCleanBooks(stage);
  });

  it("survives clients that send frames before the answer", async () => {
    const stage = await startStage();
    await repeat(stage, async (id) => {
      // Every other one sends its first frame together with the handshake.
      const first = Number(id) % 2 === 0 ? encodeFrame(Opcode.Text, "in one packet") : "";
      const client = await pendingClient(stage, id, first);
      client.writeText("too early");
      // RFC 6455 section 4.1 forbids it: the engine takes the bytes for another request, answers
      // 505 and hangs up. Bytes that are read after the 50 ms only come in good time.
      const answer = await client.response().catch(() => undefined);
      if (answer?.status === 101) client.destroy();
      else await client.ended();
    });
    expect(stage.guard.aborts.entries.length).toBeGreaterThan(rounds / 2);
    expect(stage.component.texts.entries).not.toContain("in one packet");
    await expectCleanBooks(stage);
  });
});

describe("an async guard", () => {
  const failures: readonly (readonly [string, Guard["check"]])[] = [
    [
      "throws",
      () => {
        throw new Error("no database");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no database"))],
  ];

  it.each(failures)("that %s is answered with 500 and logged", async (_name, check) => {
    const component = new JournalingComponent();
    const { port, log } = await startApp((app) =>
      app.route("/", component, ["*"], { guards: [{ check }], maxConnections: 1 }),
    );
    // Twice: the place of the first handshake comes back.
    for (let round = 0; round < 2; round += 1) {
      const client = await RawClient.connect(port);
      client.write(handshakeRequest("/"));
      const { status, body } = await client.response();
      expect(status).toBe(500);
      expect(body).toMatch(/^ERR_GUARD_FAILED: /);
      expect(body).not.toContain("database");
    }
    const line = await log.find(({ level }) => level === "error");
    expect(line).toMatchObject({ route: "/", err: { message: "no database" } });
    expect(log.refusals[0]).toMatchObject({ rule: "guard", code: "ERR_GUARD_FAILED" });
    expect(component.opens.entries).toEqual([]);
  });

  it("that never answers is given up after handshakeTimeoutMs and gives its place back", async () => {
    let isStuck = true;
    const check = (): ReturnType<Guard["check"]> =>
      isStuck ? new Promise(() => {}) : Promise.resolve({ accepted: true });
    const { port, log } = await startApp(
      (app) =>
        app.route("/", new JournalingComponent(), ["*"], {
          guards: [{ check }],
          maxConnections: 1,
        }),
      { handshakeTimeoutMs: 50, maxPendingHandshakes: 1 },
    );
    const client = await RawClient.connect(port);
    client.write(handshakeRequest("/"));
    const { status, body, headers } = await client.response();
    expect(status).toBe(503);
    expect(body).toMatch(/^ERR_HANDSHAKE_TIMEOUT: /);
    expect(headers.get("retry-after")).toBe("5");
    await client.ended();
    expect(log.refusals).toMatchObject([{ rule: "handshake-timeout", route: "/" }]);

    isStuck = false;
    await RawClient.open(port, "/");
  });

  it("refuses the handshakes above maxPendingHandshakes until there is room again", async () => {
    const guard = new SlowGuard(guardDelayMs);
    const { port, log } = await startApp(
      (app) => app.route("/", new JournalingComponent(), ["*"], { guards: [guard] }),
      { maxPendingHandshakes: 2 },
    );
    const pending = [1, 2].map((id) => RawClient.open(port, `/?id=${id}`));
    await guard.starts.count(2);
    const third = await RawClient.connect(port);
    third.write(handshakeRequest("/?id=3"));
    const { status, body } = await third.response();
    expect(status).toBe(503);
    expect(body).toMatch(/^ERR_TOO_MANY_HANDSHAKES: /);
    expect(log.refusals).toMatchObject([{ rule: "pending-handshakes", seen: "2" }]);
    await Promise.all(pending);
    await RawClient.open(port, "/?id=4");
    expect(guard.starts.entries).toEqual(["1", "2", "4"]);
  });

  it("may refuse late", async () => {
    const verdict = refuse({ rule: "closed-door", status: 418, seen: "you", wanted: "nobody" });
    const { port, log } = await startApp((app) =>
      app.route("/", new JournalingComponent(), ["*"], {
        guards: [{ check: () => new Promise((resolve) => setImmediate(resolve, verdict)) }],
      }),
    );
    const client = await RawClient.connect(port);
    client.write(handshakeRequest("/"));
    expect((await client.response()).statusLine).toBe("HTTP/1.1 418 I'm a Teapot");
    expect(log.refusals).toMatchObject([{ rule: "closed-door", seen: "you", wanted: "nobody" }]);
  });
});

describe("authenticate", () => {
  it("gives the connection its user, asynchronously too", async () => {
    interface Named extends User {
      readonly name: string;
    }
    const component = new JournalingComponent();
    const { port } = await startApp((app) =>
      app.route("/", component, ["*"], {
        authenticate: async ({ query }): Promise<Named> => {
          await new Promise((resolve) => setImmediate(resolve));
          return { userId: query.get("token") ?? "", name: "Ada" };
        },
      }),
    );
    await RawClient.open(port, "/?token=u1");
    const connection = await component.opens.find();
    expect(connection.user).toEqual({ userId: "u1", name: "Ada" });
  });

  it("answers 401 when there is no user", async () => {
    const component = new JournalingComponent();
    const { port, log } = await startApp((app) =>
      app.route("/", component, ["*"], { authenticate: () => Promise.resolve(null) }),
    );
    const client = await RawClient.connect(port);
    client.write(handshakeRequest("/?token=secret"));
    const { status, body } = await client.response();
    expect(status).toBe(401);
    expect(body).toMatch(/^ERR_UNAUTHORIZED: /);
    expect(component.opens.entries).toEqual([]);
    expect(log.refusals).toMatchObject([{ rule: "authenticate", route: "/", ip: "127.0.0.1" }]);
    expect(JSON.stringify(log.lines)).not.toContain("secret");
  });
});
