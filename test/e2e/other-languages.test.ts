import { setTimeout as pause } from "node:timers/promises";
import { type App, CloseCode, ProtocolComponent, type ProtocolConnection } from "@windlass/app";
import { defineProtocol, request } from "@windlass/protocol";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { ChildProgram } from "../support/child-program.ts";
import { ensurePythonModule, installTimeoutMs } from "../support/debian-package.ts";
import { PythonProgram } from "../support/python-program.ts";
import { Inbox } from "../support/recorder.ts";
import { runCommand } from "../support/run-command.ts";
import { startApp } from "../support/start-app.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

const said = z.object({ from: z.string(), text: z.string() });

/** What examples/python/chat.py speaks. */
const chat = defineProtocol({
  client: {
    say: z.object({ text: z.string().max(20) }),
    history: request(z.object({ limit: z.int() }), z.array(said)),
    clear: request(z.object({}), z.int()),
  },
  server: { said, confirm: request(z.object({ question: z.string() }), z.boolean()) },
});

let python = "";

beforeAll(async () => {
  python = await ensurePythonModule({ module: "websockets", package: "python3-websockets" });
}, installTimeoutMs);

/** A chat, and what took effect in it. */
class Stage {
  readonly effects: string[] = [];
  readonly took = new Inbox<string>();
  readonly opened = new Inbox<ProtocolConnection<typeof chat, undefined>>();
  readonly closed = new Inbox<number>();
  readonly component: ProtocolComponent<typeof chat> = new ProtocolComponent(chat, {
    handlers: {
      say: (_connection, { text }) => {
        this.effects.push(text);
        this.took.put(text);
        this.component.broadcast("said", { from: "server", text });
      },
      history: () => this.effects.map((text) => ({ from: "server", text })),
      clear: async (connection) => {
        const isSure = await connection.request("confirm", { question: "Sure?" });
        return isSure ? this.effects.splice(0).length : 0;
      },
    },
    onOpen: (connection) => this.opened.put(connection),
    onClose: (_connection, { code }) => this.closed.put(code),
  });

  readonly declare = (app: App): void => {
    app.route("/chat", this.component, ["*"]);
  };
}

async function setUp() {
  const stage = new Stage();
  const { port } = await startApp(stage.declare);
  return { stage, port };
}

function startChat(port: number): PythonProgram {
  return new PythonProgram(python, "examples/python/chat.py", `ws://localhost:${port}/chat`);
}

describe("the client in Python", () => {
  it("sends events and requests, prints what comes and answers the server", async () => {
    const { stage, port } = await setUp();
    const program = startChat(port);
    program.type("hello");
    await program.printed("server: hello");
    program.type("/history");
    await program.printed("* server said: hello");
    program.type("/clear");
    await program.printed("* Sure? Yes.");
    await program.printed("* 1 lines forgotten");
    program.type("a line that is too long");
    await program.printed(
      '* ERR_DATA_INVALID: The data of "say" does not fit its schema: see the details.',
    );
    program.finish();
    expect(await program.exited()).toBe(0);
    expect(await stage.closed.take()).toBe(CloseCode.NormalClosure);
    expect(stage.effects).toEqual([]);
  });

  it("talks to the example in TypeScript", async () => {
    const server = new ChildProgram("examples/typed.ts", { PORT: "0" });
    onTestFinished(async () => void (await server.stop()));
    const [, port] = await server.find(/ws:\/\/\S+:(\d+)/);
    const program = startChat(Number(port));
    program.type("hello");
    await program.printed("somebody: hello");
    program.type("/clear");
    await program.printed("* Forget 1 lines? Yes.");
    await program.printed("* 1 lines forgotten");
  });

  it("answers a request that it does not know with an error", async () => {
    const protocol = defineProtocol({ server: { dance: request(z.object({}), z.null()) } });
    const answers = new Inbox<string>();
    const component = new ProtocolComponent(protocol, {
      onOpen: (connection) =>
        void connection.request("dance", {}).catch(({ code }) => answers.put(code)),
    });
    const { port } = await startApp((app) => app.route("/chat", component, ["*"]));
    startChat(port);
    expect(await answers.take()).toBe("ERR_NAME_UNKNOWN");
  });

  it("sends again what a cut connection left unanswered, with effect once", async () => {
    const { stage, port } = await setUp();
    const proxy = await TcpProxy.start(port);
    onTestFinished(() => proxy.close());
    const program = startChat(proxy.port);
    program.type("first");
    await program.printed("server: first");

    // The server hears the second, and its acknowledgement gets lost with the link.
    proxy.drop("toClient");
    program.type("second");
    await stage.took.take();
    expect(await stage.took.take()).toBe("second");
    proxy.admission = "refuse";
    proxy.cut("rst");
    await program.printed("* closed with 1006");
    program.type("third");
    proxy.resume();

    await program.printed("server: third");
    program.type("/history");
    for (const text of ["first", "second", "third"]) {
      await program.printed(`* server said: ${text}`);
    }
    // With everything acknowledged it ends by itself.
    program.finish();
    expect(await program.exited()).toBe(0);
    expect(stage.effects).toEqual(["first", "second", "third"]);
  });

  it("gets what was published while it was cut off, once and in order", async () => {
    const protocol = defineProtocol({
      topics: { feed: { events: { item: z.int() }, history: { size: 1_000, ttlMs: 60_000 } } },
    });
    const component = new ProtocolComponent(protocol, {
      topics: { feed: { authorize: () => true } },
    });
    const { port } = await startApp((app) => app.route("/feed", component, ["*"]));
    const proxy = await TcpProxy.start(port);
    onTestFinished(() => proxy.close());
    const script = `
import asyncio, sys
sys.path.insert(0, "examples/python")
from windlass_client import Client
client = Client("ws://localhost:${proxy.port}/feed", None, {}, log=lambda text: None)
client.subscribe("feed", lambda name, item: print(name, item, flush=True), lambda: print("lost"))
asyncio.run(client.run())
`;
    const program = new PythonProgram(python, "-c", script);
    const publish = async (item: number) => await component.publish("feed", {}, "item", item);
    let items = 0;
    // Until it has subscribed, nobody hears what is published.
    while (!program.output.includes("item")) {
      items += 1;
      await publish(items);
      await pause(20);
    }
    const first = Number(/item (\d+)/.exec(program.output)?.[1]);
    for (let cuts = 0; cuts < 4; cuts += 1) {
      proxy.cut(cuts % 2 === 0 ? "rst" : "fin");
      for (const last = items + 10; items < last; items += 1) await publish(items + 1);
      await program.printed(`item ${items}`);
    }
    const printed = Array.from(
      { length: items - first + 1 },
      (_, index) => `item ${first + index}`,
    );
    expect(program.output.trim().split("\n")).toEqual(printed);
  });

  it("comes back after 4000, not before the time that the server asks for", async () => {
    const { stage, port } = await setUp();
    const program = startChat(port);
    const connection = await stage.opened.take();
    program.type("I am here");
    await program.printed("server: I am here");
    // By itself it would be back within a second.
    const closedAtMs = performance.now();
    connection.close(CloseCode.SlowConsumer, { retryAfterMs: 1_300 });
    await program.printed("* closed with 4000");
    await stage.opened.take();
    expect(performance.now() - closedAtMs).toBeGreaterThan(1_290);
  });

  it("stays away after 4502", async () => {
    const { stage, port } = await setUp();
    const program = startChat(port);
    const connection = await stage.opened.take();
    connection.close(CloseCode.Kicked);
    await program.printed("* closed with 4502");
    expect(await program.exited()).toBe(0);
  });

  it("waits at random, up to twice as long after each failure and at most half a minute", async () => {
    const script = `
from windlass_client import Client
for failures in range(8):
    client, waits = Client("", None, {}), []
    for _ in range(2000):
        client.failures = failures
        waits.append(client._next_wait_s())
    print(min(waits), sum(waits) / len(waits), max(waits))
`;
    const env = { ...process.env, PYTHONPATH: "examples/python", PYTHONDONTWRITEBYTECODE: "1" };
    const root = new URL("../../", import.meta.url).pathname;
    const output = await runCommand(python, ["-c", script], { cwd: root, env });
    const rows = output.trim().split("\n");
    for (const [failures, row] of rows.entries()) {
      const [least = 0, mean = 0, most = 0] = row.split(" ").map(Number);
      const ceiling = Math.min(30, 2 ** failures);
      expect(least).toBeLessThan(ceiling * 0.05);
      expect(Math.abs(mean / ceiling - 0.5)).toBeLessThan(0.05);
      expect(most).toBeGreaterThan(ceiling * 0.95);
      expect(most).toBeLessThanOrEqual(ceiling);
    }
    expect(rows).toHaveLength(8);
  });
});
