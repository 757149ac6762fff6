import {
  type CallbackPhase,
  type Component,
  type Connection,
  EchoServer,
  type Message,
} from "@windlass/app";
import { describe, expect, it } from "vitest";
import { Opcode } from "../support/frames.ts";
import { Journal } from "../support/journal.ts";
import { JournalingComponent } from "../support/journaling-component.ts";
import { RawClient } from "../support/raw-client.ts";
import { type RunningApp, startApp } from "../support/start-app.ts";

const oops = (): never => {
  throw new Error("oops");
};
const reject = (): Promise<void> => Promise.reject(new Error("oops"));

/** Callbacks that fail, each in both ways. */
const ways = [
  ["throws", oops],
  ["rejects", reject],
] as const;

type Callback = "onOpen" | "onMessage" | "onClose" | "onDrain";

const callbacks: readonly (readonly [Callback, CallbackPhase])[] = [
  ["onOpen", "open"],
  ["onMessage", "message"],
  ["onClose", "close"],
];

interface Stage extends RunningApp {
  readonly witness: RawClient;
}

/** An app with a component that fails and one that does not. */
async function startStage(component: Component): Promise<Stage> {
  const running = await startApp((app) => {
    app.route("/failing", component, ["*"]);
    app.route("/healthy", new EchoServer(), ["*"]);
  });
  return { ...running, witness: await RawClient.open(running.port, "/healthy") };
}

/** The process answers, and so do other connections: also one of the failing component, if any. */
async function expectAlive({ witness, port }: Stage, fellow?: RawClient): Promise<void> {
  for (const client of [witness, await RawClient.open(port, "/healthy")]) {
    client.writeText("hello");
    expect(await client.text()).toBe("hello");
  }
  fellow?.writeFrame(Opcode.Ping, "still there?");
  if (fellow !== undefined) expect((await fellow.frame()).opcode).toBe(Opcode.Pong);
}

/** Makes the callback happen. */
async function provoke(stage: Stage, callback: Callback): Promise<RawClient> {
  const client = await RawClient.open(stage.port, "/failing");
  if (callback === "onMessage") client.writeText("provocation");
  if (callback === "onClose") client.socket.end();
  return client;
}

describe.each(callbacks)("an %s that fails", (callback, phase) => {
  it.each(ways)("and %s is handed to onError with its phase", async (_way, fail) => {
    const component = new JournalingComponent();
    component[callback] = fail;
    const stage = await startStage(component);
    const fellow = phase === "open" ? undefined : await RawClient.open(stage.port, "/failing");
    await provoke(stage, callback);
    expect(await component.errors.find()).toMatchObject({ phase, error: { message: "oops" } });
    await expectAlive(stage, fellow);
    expect(component.errors.entries).toHaveLength(1);
  });

  it.each(ways)("and %s without onError is logged and closes with 1011", async (_way, fail) => {
    const component = { onMessage: () => {}, [callback]: fail };
    const stage = await startStage(component);
    const client = await provoke(stage, callback);
    const line = await stage.log.find(({ level }) => level === "error");
    expect(line).toMatchObject({ phase, route: "/failing", err: { message: "oops" } });
    if (callback !== "onClose") expect((await client.closeFrame()).code).toBe(1011);
    await client.ended();
    await expectAlive(stage);
  });

  it.each(ways)("and %s is logged when onError does so too", async (_way, fail) => {
    const component = { onMessage: () => {}, [callback]: fail, onError: fail };
    const stage = await startStage(component);
    const client = await provoke(stage, callback);
    const line = await stage.log.find(({ level }) => level === "error");
    expect(line).toMatchObject({ phase, onErrorFailure: { message: "oops" } });
    if (callback !== "onClose") expect((await client.closeFrame()).code).toBe(1011);
    await client.ended();
    await expectAlive(stage);
  });
});

describe("a failing onMessage", () => {
  it("whose onError returns leaves the connection open", async () => {
    const component = new JournalingComponent();
    component.onMessage = (connection, message): void => {
      if (message.text() === "bad") oops();
      connection.send("fine");
    };
    const stage = await startStage(component);
    const client = await RawClient.open(stage.port, "/failing");
    client.writeText("bad");
    client.writeText("good");
    expect(await client.text()).toBe("fine");
    expect(component.closes.entries).toEqual([]);
  });

  it("that throws something else than an Error reaches onError as an Error", async () => {
    const component = new JournalingComponent();
    component.onMessage = (): void => {
      throw "just a text";
    };
    const stage = await startStage(component);
    await provoke(stage, "onMessage");
    const { error } = await component.errors.find();
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe("just a text");
  });
});

it("an onOpen that fails closes the connection and delivers no message", async () => {
  const component = new JournalingComponent();
  component.onOpen = oops;
  const stage = await startStage(component);
  const client = await RawClient.open(stage.port, "/failing");
  client.writeText("into the void");
  expect(await client.closeFrame()).toEqual({ code: 1011, reason: "internal error" });
  await client.ended();
  const { event } = await component.closes.find();
  expect(event).toMatchObject({ code: 1011, cause: "error" });
  expect(component.texts.entries).toEqual([]);
});

it.each(ways)("an onDrain that %s reaches onError", async (_way, fail) => {
  const component = new JournalingComponent();
  component.onDrain = fail;
  component.onMessage = (connection): void => {
    // More than the kernel takes at once, whatever its buffers are.
    while (connection.send(Buffer.alloc(65_536)) === "sent");
    component.texts.write("filled");
  };
  const { port } = await startApp((app) =>
    app.route("/", component, ["*"], { maxBackpressureBytes: 1_000_000 }),
  );
  const client = await RawClient.open(port, "/");
  client.socket.pause();
  client.writeText("fill it");
  await component.texts.find();
  client.socket.resume();
  expect(await component.errors.find()).toMatchObject({ phase: "drain" });
  expect(component.closes.entries).toEqual([]);
});

it("a callback that never settles ends after callbackTimeoutMs, and its connection with 1011", async () => {
  const component = new JournalingComponent();
  component.onMessage = (): Promise<void> => new Promise(() => {});
  const { port } = await startApp((app) =>
    app.route("/", component, ["*"], { callbackTimeoutMs: 50 }),
  );
  const client = await RawClient.open(port, "/");
  client.writeText("wait for me");
  const { error, phase } = await component.errors.find();
  expect(phase).toBe("message");
  expect(error).toMatchObject({ code: "ERR_CALLBACK_TIMEOUT" });
  expect(await client.closeFrame()).toEqual({ code: 1011, reason: "internal error" });
  expect((await component.closes.find()).event).toMatchObject({ code: 1011, cause: "error" });
  expect(component.errors.entries).toHaveLength(1);
});

it("a message kept by a synchronous callback throws ERR_MESSAGE_EXPIRED when it is read later", async () => {
  const kept: Message[] = [];
  const component = new JournalingComponent();
  component.onMessage = (connection, message): void => {
    kept.push(message);
    const first = kept[0];
    if (kept.length === 2) connection.send(first?.text() ?? "");
  };
  const { port } = await startApp((app) => app.route("/", component, ["*"]));
  const client = await RawClient.open(port, "/");
  client.writeText("one");
  client.writeText("two");
  const { error, phase } = await component.errors.find();
  expect(phase).toBe("message");
  expect(error).toMatchObject({ code: "ERR_MESSAGE_EXPIRED", details: { bytes: 3 } });
});

it("a message kept with retain() is read later, however much arrives meanwhile", async () => {
  let kept: Message | undefined;
  const { port } = await startApp((app) =>
    app.route(
      "/",
      {
        onMessage: (connection, message): void => {
          kept ??= message.retain();
          if (message.text() === "now") connection.send(kept);
        },
      },
      ["*"],
    ),
  );
  const client = await RawClient.open(port, "/");
  client.writeText("the first one");
  for (let index = 0; index < 100; index += 1) client.writeText("X".repeat(1_000));
  client.writeText("now");
  expect(await client.text()).toBe("the first one");
});

it("an async callback reads its message after an await, and messages keep their order", async () => {
  const texts = new Journal<string>();
  let running = 0;
  const component: Component = {
    async onMessage(_connection: Connection, message: Message): Promise<void> {
      running += 1;
      if (running > 1) texts.write("two at a time");
      await new Promise((resolve) => setImmediate(resolve));
      texts.write(message.text());
      running -= 1;
    },
  };
  const { port } = await startApp((app) => app.route("/", component, ["*"]));
  const client = await RawClient.open(port, "/");
  const sent = Array.from({ length: 200 }, (_, index) => `message ${index}`);
  for (const text of sent) client.writeText(text);
  expect(await texts.count(200)).toEqual(sent);
});

it("a queue behind an async callback is bounded: more closes with 4004", async () => {
  const component = new JournalingComponent();
  const release = new Journal<() => void>();
  component.onMessage = (_connection, message): Promise<void> => {
    component.texts.write(message.text());
    return new Promise((resolve) => release.write(resolve));
  };
  const { port, log } = await startApp((app) =>
    app.route("/", component, ["*"], { maxQueuedMessages: 10 }),
  );
  const client = await RawClient.open(port, "/");
  for (let index = 0; index < 12; index += 1) client.writeText(`message ${index}`);
  expect(await client.closeFrame()).toEqual({ code: 4004, reason: "too many messages" });
  expect(await log.find(({ rule }) => rule === "queue")).toMatchObject({
    seen: { queuedMessages: 10 },
    wanted: { maxQueuedMessages: 10 },
  });
  // onClose waits for the running callback; what was queued behind it is not wanted any more.
  expect(component.closes.entries).toEqual([]);
  (await release.find())();
  expect((await component.closes.find()).event).toMatchObject({ code: 4004, cause: "policy" });
  expect(component.texts.entries).toEqual(["message 0"]);
});
