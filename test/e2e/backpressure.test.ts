import type { Connection, Route, RouteOptions, SendStatus } from "@windlass/app";
import { describe, expect, it, onTestFinished } from "vitest";
import { ChildProgram } from "../support/child-program.ts";
import { Opcode } from "../support/frames.ts";
import { JournalingComponent } from "../support/journaling-component.ts";
import { RawClient } from "../support/raw-client.ts";
import { startApp } from "../support/start-app.ts";

const kib = 1_024;
const mib = 1_024 * kib;
const chunk = Buffer.alloc(64 * kib, 7);
const pushedBytes = 100 * mib;

interface Stage {
  readonly component: JournalingComponent;
  readonly connection: Connection;
  readonly route: Route;
  /** Does not read. */
  readonly client: RawClient;
}

async function startStage(options: RouteOptions): Promise<Stage> {
  const component = new JournalingComponent();
  const routes: Route[] = [];
  const { port } = await startApp((app) => {
    routes.push(app.route("/", component, ["*"], options));
  });
  const client = await RawClient.open(port, "/");
  client.socket.pause();
  const [route] = routes;
  if (route === undefined) throw new Error("no route");
  return { component, connection: await component.opens.find(), route, client };
}

/** Pushes 100 MB at a client and says how the memory of the process and the buffer grew meanwhile. */
function push(connection: Connection): {
  readonly statuses: ReadonlySet<SendStatus>;
  readonly grownBytes: number;
  readonly maxBufferedBytes: number;
} {
  const statuses = new Set<SendStatus>();
  const before = process.memoryUsage.rss();
  let maxBufferedBytes = 0;
  for (let pushed = 0; pushed < pushedBytes; pushed += chunk.length) {
    statuses.add(connection.send(chunk));
    maxBufferedBytes = Math.max(maxBufferedBytes, connection.bufferedBytes);
  }
  return { statuses, grownBytes: process.memoryUsage.rss() - before, maxBufferedBytes };
}

/** Fills the buffers of the kernel and some of ours. */
function fill(connection: Connection): void {
  while (connection.send(chunk) === "sent");
}

describe("a push of 100 MB to a client that does not read", () => {
  it('takes no more memory than maxBackpressureBytes and closes with 4000 under policy "close"', async () => {
    const { component, connection, client } = await startStage({ maxBackpressureBytes: 2 * mib });
    const { statuses, grownBytes, maxBufferedBytes } = push(connection);
    expect([...statuses].slice(0, 3)).toEqual(["sent", "buffered", "dropped"]);
    expect(maxBufferedBytes).toBeLessThanOrEqual(2 * mib);
    expect(grownBytes).toBeLessThan(40 * mib);
    const { event } = await component.closes.find();
    expect(event).toEqual({
      code: 4000,
      reason: "slow consumer",
      wasClean: true,
      cause: "backpressure",
    });
    expect(connection.send(chunk)).toBe("closed");
    client.destroy();
  });

  it('takes no more memory than maxBackpressureBytes and goes on under policy "drop"', async () => {
    const { component, connection, client } = await startStage({
      maxBackpressureBytes: 2 * mib,
      slowConsumer: "drop",
    });
    const { statuses, grownBytes, maxBufferedBytes } = push(connection);
    expect([...statuses]).toEqual(["sent", "buffered", "dropped"]);
    expect(maxBufferedBytes).toBeLessThanOrEqual(2 * mib);
    expect(grownBytes).toBeLessThan(40 * mib);

    client.socket.resume();
    await component.drains.find();
    expect(connection.bufferedBytes).toBe(0);
    expect(connection.send("after all that")).toBe("sent");
    // Whole messages were dropped: what arrived are whole ones, and the connection speaks on.
    for (;;) {
      const frame = await client.frame();
      if (frame.opcode === Opcode.Text) break;
      expect(frame.payload.length).toBe(chunk.length);
    }
    expect(component.closes.entries).toEqual([]);
  });
});

it("onDrain follows once when a buffer is empty again", async () => {
  const { component, connection, client } = await startStage({ maxBackpressureBytes: 8 * mib });
  fill(connection);
  expect(connection.bufferedBytes).toBeGreaterThan(0);
  client.socket.resume();
  await component.drains.find();
  expect(connection.bufferedBytes).toBe(0);
  expect(component.drains.entries).toEqual([connection]);
});

describe("a single message larger than maxBackpressureBytes", () => {
  const options = { maxBackpressureBytes: 64 * kib } as const;

  it('closes under policy "close"', async () => {
    const { component, connection, client } = await startStage(options);
    client.socket.resume();
    expect(connection.send(Buffer.alloc(64 * kib + 1))).toBe("dropped");
    expect(await client.closeFrame()).toEqual({ code: 4000, reason: "slow consumer" });
    expect((await component.closes.find()).event.cause).toBe("backpressure");
  });

  it('is dropped under policy "drop", and one that fits is sent', async () => {
    const { connection, client } = await startStage({ ...options, slowConsumer: "drop" });
    client.socket.resume();
    expect(connection.send("x".repeat(64 * kib + 1))).toBe("dropped");
    expect(connection.send("x".repeat(64 * kib))).not.toBe("dropped");
    expect(await client.text()).toHaveLength(64 * kib);
  });
});

describe("a publication to a subscriber that does not read", () => {
  it('closes it under policy "close", and the others get it', async () => {
    const { component, connection, route, client } = await startStage({
      maxBackpressureBytes: 256 * kib,
    });
    connection.subscribe("news");
    const before = process.memoryUsage.rss();
    for (let sent = 0; sent < pushedBytes && connection.state === "open"; sent += chunk.length) {
      void route.publish("news", chunk);
      // The engine sends what was published when this turn of the event loop ends.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await component.closes.find()).event).toMatchObject({ cause: "backpressure" });
    expect(process.memoryUsage.rss() - before).toBeLessThan(40 * mib);
    expect(route.connections.size).toBe(0);
    client.destroy();
  });

  it('leaves it out under policy "drop" until it reads again', async () => {
    const { component, connection, route, client } = await startStage({
      maxBackpressureBytes: 256 * kib,
      slowConsumer: "drop",
    });
    connection.subscribe("news");
    const before = process.memoryUsage.rss();
    let maxBufferedBytes = 0;
    for (let sent = 0; sent < pushedBytes; sent += chunk.length) {
      void route.publish("news", chunk);
      await new Promise((resolve) => setImmediate(resolve));
      maxBufferedBytes = Math.max(maxBufferedBytes, connection.bufferedBytes);
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(40 * mib);
    // The engine looks at the buffer before it adds a publication: one may exceed it.
    expect(maxBufferedBytes).toBeLessThan(256 * kib + 2 * chunk.length);

    client.socket.resume();
    await component.drains.find();
    void route.publish("news", "latest");
    for (;;) {
      const frame = await client.frame();
      if (frame.opcode === Opcode.Text) break;
    }
    expect(component.closes.entries).toEqual([]);
  });

  it.each([
    ["in one turn of the event loop", [300]],
    ["turn by turn", Array.from({ length: 300 }, () => 1)],
  ])("that is closed for it in the midst of a fan-out %s disturbs nobody", async (_how, floods) => {
    const program = new ChildProgram("test/support/flood-program.ts");
    onTestFinished(async () => void (await program.stop("SIGKILL")));
    const [, text] = await program.find(/"url":"ws:\/\/localhost:(\d+)"/);
    const port = Number(text);
    const witness = await RawClient.open(port, "/echo");
    const slow = await Promise.all([1, 2, 3].map(() => RawClient.open(port, "/flood")));
    for (const client of slow) client.socket.pause();
    // Reads, and also is between the slow ones in the engine's list of subscribers.
    const reader = await RawClient.open(port, "/flood");
    for (const count of floods) reader.writeText(String(count));
    await Promise.race([program.find(/"rule":"backpressure"/), program.exited()]);
    witness.writeText("still alive?");
    expect(await witness.text()).toBe("still alive?");
    const late = await RawClient.open(port, "/echo");
    late.writeText("and well?");
    expect(await late.text()).toBe("and well?");
    for (const client of [...slow, reader]) client.destroy();
  });
});

describe("a client that sends fast", () => {
  it("into a slow async callback is closed with 4004, and the queue stays within its bytes", async () => {
    const component = new JournalingComponent();
    component.onMessage = (): Promise<void> => new Promise(() => {});
    const { port, log } = await startApp((app) =>
      app.route("/", component, ["*"], { maxQueuedBytes: mib, callbackTimeoutMs: 200 }),
    );
    const client = await RawClient.open(port, "/");
    const before = process.memoryUsage.rss();
    for (let sent = 0; sent < 32 * mib && !client.isEnded; sent += 32 * kib) {
      client.writeFrame(Opcode.Binary, chunk.subarray(0, 32 * kib));
      if (client.socket.writableNeedDrain) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await client.closeFrame()).toEqual({ code: 4004, reason: "too many messages" });
    expect(await log.find(({ rule }) => rule === "queue")).toMatchObject({
      seen: { queuedMessages: 32, queuedBytes: mib },
    });
    expect((await component.closes.find()).event).toMatchObject({ code: 4004, cause: "policy" });
    expect(process.memoryUsage.rss() - before).toBeLessThan(80 * mib);
  });

  it("above rateLimit is closed with 4002, and the message above it is not delivered", async () => {
    const component = new JournalingComponent();
    const { port, log } = await startApp((app) =>
      app.route("/", component, ["*"], {
        rateLimit: { messagesPerSecond: 0.001, messageBurst: 5 },
      }),
    );
    const client = await RawClient.open(port, "/");
    for (let index = 0; index < 7; index += 1) client.writeText(String(index));
    expect(await client.closeFrame()).toEqual({ code: 4002, reason: "rate limited" });
    expect((await component.closes.find()).event).toMatchObject({ code: 4002, cause: "policy" });
    expect(component.texts.entries).toEqual(["0", "1", "2", "3", "4"]);
    expect(await log.find(({ rule }) => rule === "rate-limit")).toMatchObject({ route: "/" });
  });

  it("within rateLimit is not disturbed", async () => {
    const component = new JournalingComponent();
    const { port } = await startApp((app) =>
      app.route("/", component, ["*"], {
        rateLimit: { messagesPerSecond: 1_000, bytesPerSecond: 1_000, byteBurst: 3 },
      }),
    );
    const client = await RawClient.open(port, "/");
    for (const text of ["a", "b", "c"]) client.writeText(text);
    await component.texts.count(3);
    client.writeText("four");
    expect((await client.closeFrame()).code).toBe(4002);
  });
});
