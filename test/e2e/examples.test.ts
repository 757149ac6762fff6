import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ChildProgram } from "../support/child-program.ts";
import { TextClient } from "../support/text-client.ts";

/** An example that runs for one test. */
interface RunningExample {
  readonly program: ChildProgram;
  /** `ws://localhost:PORT` */
  readonly url: string;
  /** What it was started with, besides the port. */
  readonly env: Readonly<Record<string, string>>;
  /** The whole line that it printed. */
  readonly printed: string;
}

const starting = 30_000;

/** The checks, by the name of the example. */
const checks: Readonly<Record<string, (example: RunningExample) => Promise<void>>> = {
  chat: async ({ url }) => {
    const [anna, ben] = [await connect(`${url}/chat`), await connect(`${url}/chat`)];
    anna.send("hello");
    expect(await ben.text()).toBe("hello");
    ben.send("hello yourself");
    // Her own message did not come back: this is the first that she gets.
    expect(await anna.text()).toBe("hello yourself");
  },
  echo: async ({ url }) => {
    const client = await connect(`${url}/echo`);
    client.send("once more");
    expect(await client.text()).toBe("once more");
  },
  subprotocol: async ({ url }) => {
    const client = await connect(`${url}/chat`, { subprotocols: ["chat.v2", "chat.v1"] });
    client.send("?");
    expect(await client.text()).toBe("you speak chat.v2");
    expect(client.socket.protocol).toBe("chat.v2");
    await expect(connect(`${url}/chat`, { subprotocols: ["chat.v9"] })).rejects.toThrow("426");
  },
  "ip-block": async ({ url }) => {
    const client = await connect(`${url}/echo`, { localAddress: "127.0.0.1" });
    client.send("in");
    expect(await client.text()).toBe("in");
    for (const localAddress of ["127.0.0.2", "127.0.0.3"]) {
      await expect(connect(`${url}/echo`, { localAddress })).rejects.toThrow("403");
    }
  },
  "two-hosts": async ({ url }) => {
    const red = await connect(`${url}/chat`, { headers: { Host: "red.localhost" } });
    const blue = await connect(`${url}/chat`, { headers: { Host: "blue.localhost" } });
    expect([await red.text(), await blue.text()]).toEqual(["this is red", "this is blue"]);
    await expect(connect(`${url}/chat`)).rejects.toThrow("404");
  },
  rooms: async ({ url }) => {
    const [anna, ben, carl] = [
      await connect(`${url}/room/garden`),
      await connect(`${url}/room/garden`),
      await connect(`${url}/room/kitchen`),
    ];
    anna.send("in the garden");
    expect(await ben.text()).toBe("in the garden");
    const dora = await connect(`${url}/room/kitchen`);
    dora.send("in the kitchen");
    expect(await carl.text()).toBe("in the kitchen");
  },
  durable: async ({ url, program, env }) => {
    const [anna, ben] = [await connect(`${url}/room/a`), await connect(`${url}/room/a`)];
    anna.send("one");
    anna.send("two");
    expect([await ben.text(), await ben.text()]).toEqual(["one", "two"]);
    await program.stop("SIGKILL");
    const again = await start("durable", env);
    const client = await connect(`${again.url}/room/a`);
    expect([await client.text(), await client.text()]).toEqual(["one", "two"]);
  },
  hono: async ({ url }) => {
    const client = await connect(`${url}/live`);
    const api = `${url.replace("ws:", "http:")}/api`;
    const online = await fetch(`${api}/online`);
    expect(await online.json()).toEqual({ online: 1, you: "127.0.0.1" });
    const pushed = await fetch(`${api}/push`, { method: "POST", body: "dinner is ready" });
    expect(pushed.status).toBe(204);
    expect(await client.text()).toBe("dinner is ready");
  },
  auth: async ({ url, printed }) => {
    const token = new URL(printed).searchParams.get("token");
    const client = await connect(`${url}/private?token=${token}`);
    expect(await client.text()).toBe("welcome, alice");
    for (const query of ["?token=guess", ""]) {
      await expect(connect(`${url}/private${query}`)).rejects.toThrow("401");
    }
  },
  async: async ({ url }) => {
    const client = await connect(`${url}/slow`);
    for (const text of ["60", "forever", "0"]) client.send(text);
    const answers = [await client.text(), await client.text(), await client.text()];
    expect(answers).toEqual(["waited 60 ms", "wanted 0 to 1000", "waited 0 ms"]);
  },
  typed: async ({ url }) => {
    const client = run("typed-client", { SERVER: `${url}/chat?nick=anna` });
    expect(await client.exited()).toEqual({ code: 0, signal: null });
    expect(client.stdout.split("\n")).toEqual([
      "anna: hello",
      expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z hello$/),
      "Forget 1 lines? Yes.",
      "1 forgotten",
      "",
    ]);
  },
  graceful: async ({ url, program }) => {
    const client = await connect(`${url}/echo`);
    const exit = program.stop("SIGTERM");
    expect(await client.closed).toBe(1001);
    expect(await exit).toEqual({ code: 0, signal: null });
  },
};

/** Programs that need a server; the check of their server runs them. */
const clients = ["typed-client"];

describe("the examples", () => {
  it("are all checked", () => {
    const files = readdirSync(new URL("../../examples/", import.meta.url));
    const names = files.filter((file) => file.endsWith(".ts")).map((file) => file.slice(0, -3));
    expect(names.sort()).toEqual([...Object.keys(checks), ...clients].sort());
  });

  it.each(Object.entries(checks))(
    "%s does what it says",
    async (name, check) => {
      const folder = await mkdtemp(join(tmpdir(), "windlass-example-"));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      await check(await start(name, { STORE: join(folder, "store") }));
    },
    starting,
  );
});

function run(name: string, env: Readonly<Record<string, string>>): ChildProgram {
  const program = new ChildProgram(`examples/${name}.ts`, env);
  onTestFinished(async () => void (await program.stop()));
  return program;
}

async function start(name: string, env: Readonly<Record<string, string>>): Promise<RunningExample> {
  const program = run(name, { ...env, PORT: "0" });
  const [printed] = await program.find(/^wss?:\/\/\S+$/m);
  // The examples answer to this name, whatever address is printed.
  return { program, env, printed, url: `ws://localhost:${new URL(printed).port}` };
}

async function connect(...args: Parameters<typeof TextClient.open>): Promise<TextClient> {
  const client = await TextClient.open(...args);
  onTestFinished(() => client.socket.terminate());
  return client;
}
