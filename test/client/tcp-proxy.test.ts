import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Inbox } from "../support/recorder.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

/** One end of a connection, and what has happened to it. */
class End {
  readonly socket: Socket;
  readonly events = new Inbox<string>();
  received = "";
  readonly #waiting = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.received += chunk.toString("latin1");
      for (const resolve of this.#waiting) resolve();
    });
    socket.on("end", () => this.events.put("end"));
    socket.on("error", (error: NodeJS.ErrnoException) => this.events.put(String(error.code)));
    onTestFinished(() => void socket.destroy());
  }

  async until(text: string): Promise<void> {
    while (this.received !== text) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }
}

/** A server of plain TCP behind a proxy. */
async function setUp() {
  const accepted = new Inbox<End>();
  const server = createServer({ allowHalfOpen: true }, (socket) => accepted.put(new End(socket)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy = await TcpProxy.start((server.address() as AddressInfo).port);
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
  const dial = (): End => {
    const socket = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
    return new End(socket);
  };
  /** A connection over which both sides have heard each other. */
  const open = async (): Promise<{ client: End; served: End }> => {
    const client = dial();
    client.socket.write("hello");
    const served = await accepted.take();
    await served.until("hello");
    served.socket.write("welcome");
    await client.until("welcome");
    return { client, served };
  };
  return { proxy, accepted, dial, open };
}

test("it passes bytes and ends on, in both directions", async () => {
  const { proxy, open } = await setUp();
  const { client, served } = await open();
  client.socket.end("last words");
  expect(await served.events.take()).toBe("end");
  expect(served.received).toBe("hellolast words");
  served.socket.end("goodbye");
  expect(await client.events.take()).toBe("end");
  expect(client.received).toBe("welcomegoodbye");
  await proxy.until(({ open }) => open === 0);
});

test("it passes a reset on", async () => {
  const { open } = await setUp();
  const { client, served } = await open();
  client.socket.resetAndDestroy();
  expect(await served.events.take()).toBe("ECONNRESET");
});

test.each([
  ["rst", "ECONNRESET"],
  ["fin", "end"],
] as const)("it cuts all connections with %s", async (how, event) => {
  const { proxy, open } = await setUp();
  const ends = [await open(), await open()].flatMap(({ client, served }) => [client, served]);
  proxy.cut(how);
  expect(await Promise.all(ends.map((end) => end.events.take()))).toEqual(Array(4).fill(event));
});

test("it cuts one connection and leaves the others", async () => {
  const { proxy, open } = await setUp();
  const [first, second] = [await open(), await open()];
  proxy.links[0]?.cut();
  expect(await first.client.events.take()).toBe("ECONNRESET");
  second.client.socket.write("!");
  await second.served.until("hello!");
});

test.each(["toServer", "toClient"] as const)(
  "it cuts after a number of bytes %s",
  async (direction) => {
    const { proxy, open } = await setUp();
    const { client, served } = await open();
    const [from, to] = direction === "toServer" ? [client, served] : [served, client];
    const before = to.received;
    proxy.cutAfter({ direction, bytes: 5, how: "fin" });
    from.socket.write("123");
    await to.until(`${before}123`);
    from.socket.write("456789");
    expect(await to.events.take()).toBe("end");
    expect(to.received).toBe(`${before}12345`);
  },
);

test.each(["toServer", "toClient"] as const)(
  "it stalls %s alone, and goes on where it stopped",
  async (direction) => {
    const { proxy, open } = await setUp();
    const { client, served } = await open();
    const [from, to] = direction === "toServer" ? [client, served] : [served, client];
    const before = to.received;
    proxy.stall(direction);
    from.socket.write("held");
    to.socket.write("other way");
    await from.until(`${from === client ? "welcome" : "hello"}other way`);
    expect(to.received).toBe(before);
    proxy.resume();
    await to.until(`${before}held`);
  },
);

test("it loses bytes silently, and resets such a connection when it resumes", async () => {
  const { proxy, open } = await setUp();
  const { client, served } = await open();
  proxy.drop("toServer");
  client.socket.write("lost");
  served.socket.write("arrives");
  await client.until("welcomearrives");
  expect(served.received).toBe("hello");
  proxy.resume();
  expect(await client.events.take()).toBe("ECONNRESET");
  expect(await served.events.take()).toBe("ECONNRESET");
  expect(served.received).toBe("hello");
});

test.each(["toServer", "toClient"] as const)(
  "it cuts the next connection after a number of bytes %s",
  async (direction) => {
    const { proxy, accepted, dial, open } = await setUp();
    proxy.cutNextAfter = { direction, bytes: 3, how: "fin" };
    const client = dial();
    client.socket.write("hello");
    const served = await accepted.take();
    served.socket.write("welcome");
    const receiver = direction === "toServer" ? served : client;
    expect(await receiver.events.take()).toBe("end");
    expect(receiver.received).toHaveLength(3);
    await open();
  },
);

test.each(["client", "server"] as const)("it leaves the %s's side half open", async (side) => {
  const { proxy, open } = await setUp();
  const { client, served } = await open();
  const [left, ended] = side === "client" ? [client, served] : [served, client];
  proxy.halfOpen(side);
  expect(await ended.events.take()).toBe("ECONNRESET");
  const written = new Promise<void>((resolve) =>
    left.socket.write("into the void", () => resolve()),
  );
  await written;
  expect(left.events.rest).toEqual([]);
  expect(left.socket.destroyed).toBe(false);
});

test("it refuses new connections until it resumes", async () => {
  const { proxy, dial, open } = await setUp();
  proxy.admission = "refuse";
  expect(await dial().events.take()).toBe("ECONNRESET");
  expect(proxy.figures).toMatchObject({ refused: 1, open: 0, acceptedAtMs: [] });
  proxy.resume();
  await open();
  expect(proxy.figures.acceptedAtMs).toHaveLength(1);
});

test("it lets new connections hang until it resumes", async () => {
  const { proxy, accepted, dial } = await setUp();
  proxy.admission = "hang";
  const client = dial();
  client.socket.write("hello?");
  const served = await accepted.take();
  expect(proxy.figures).toMatchObject({ open: 0, live: 0 });
  expect(served.received).toBe("");
  proxy.resume();
  await served.until("hello?");
  expect(proxy.figures).toMatchObject({ open: 1, live: 1, maxLive: 1 });
});

test("it does not count connections that nobody speaks on", async () => {
  const { proxy, accepted, dial, open } = await setUp();
  dial();
  await accepted.take();
  expect(proxy.figures).toMatchObject({ open: 0, live: 0 });
  await open();
  expect(proxy.figures).toMatchObject({ open: 1, maxOpen: 1, live: 1, maxLive: 1 });
});

test("it counts the sockets of clients, and those that are sound", async () => {
  const { proxy, open } = await setUp();
  const first = await open();
  await open();
  expect(proxy.figures).toMatchObject({ open: 2, maxOpen: 2, live: 2, maxLive: 2 });
  first.client.socket.end();
  await proxy.until(({ live }) => live === 1);
  expect(proxy.figures.open).toBe(2);
  proxy.stall();
  expect(proxy.figures.live).toBe(0);
  await open();
  expect(proxy.figures).toMatchObject({ open: 3, maxOpen: 3, live: 1, maxLive: 2 });
});

test("it goes on with another server", async () => {
  const { proxy, open } = await setUp();
  await open();
  const other = createServer((socket) => new End(socket).socket.end("the other one"));
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  proxy.targetPort = (other.address() as AddressInfo).port;
  const socket = connect({ port: proxy.port, host: "127.0.0.1" });
  const client = new End(socket);
  await client.until("the other one");
});
