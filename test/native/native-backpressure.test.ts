import type { TemplatedApp } from "uWebSockets.js";
import { describe, expect, test } from "vitest";
import {
  type NativeBehavior,
  type NativeData,
  type NativeSocket,
  startNative,
  textOf,
  upgradeNative,
} from "../support/native-app.ts";
import { RawClient } from "../support/raw-client.ts";
import { Inbox } from "../support/recorder.ts";

// Rules of the pinned engine about sending; see docs/internals/native-lifecycle.md.

const maxBackpressure = 1_000_000;
/** More than the kernel takes on loopback. */
const flood = "x".repeat(20_000_000);

/** A route whose socket does `act` on the first message, with a client that does not read. */
async function actOnDeaf(
  act: (ws: NativeSocket, app: TemplatedApp) => void,
  behavior: NativeBehavior = {},
): Promise<RawClient> {
  const { app, port } = startNative((it) => {
    it.ws<NativeData>("/*", {
      idleTimeout: 120,
      maxBackpressure,
      upgrade: upgradeNative,
      message: (ws) => act(ws, app),
      ...behavior,
    });
  });
  const client = await RawClient.open(port, "/");
  client.writeText("act");
  client.socket.pause();
  return client;
}

describe("send()", () => {
  test("answers 1 when the kernel takes all, 0 when it waits, 2 when it is dropped", async () => {
    const statuses = new Inbox<number[]>();
    await actOnDeaf((ws) => {
      statuses.put([ws.send("small"), ws.send(flood), ws.send("dropped")]);
    });
    expect(await statuses.take()).toEqual([1, 0, 2]);
  });

  test("drops by what waits before the call, however large the message is", async () => {
    const amounts = new Inbox<number[]>();
    await actOnDeaf((ws) => {
      const before = ws.getBufferedAmount();
      ws.send(flood);
      const full = ws.getBufferedAmount();
      ws.send("a");
      amounts.put([before, full, ws.getBufferedAmount()]);
    });
    const [before = -1, full = -1, after = -1] = await amounts.take();
    expect(before).toBe(0);
    // Many times the limit: whoever wants a limit must add the size of the message himself.
    expect(full).toBeGreaterThan(5 * maxBackpressure);
    expect(after).toBe(full);
  });

  test("fires dropped before it returns", async () => {
    const order = new Inbox<string>();
    await actOnDeaf(
      (ws) => {
        ws.send(flood);
        order.put("before");
        ws.send("lost");
        order.put("after");
      },
      { dropped: (_ws, message) => order.put(`dropped ${textOf(message)}`) },
    );
    expect([await order.take(), await order.take(), await order.take()]).toEqual([
      "before",
      "dropped lost",
      "after",
    ]);
  });

  test("is followed by drain, also while something still waits, until nothing does", async () => {
    const amounts = new Inbox<number>();
    const client = await actOnDeaf((ws) => void ws.send(flood), {
      drain: (ws) => amounts.put(ws.getBufferedAmount()),
    });
    client.socket.resume();
    const seen: number[] = [];
    do seen.push(await amounts.take());
    while (seen.at(-1) !== 0);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual([...seen].sort((a, b) => b - a));
  });
});

describe("end() above the limit", () => {
  test("fires dropped with an unusable socket, loses what waits, and sends no close frame", async () => {
    const order = new Inbox<string>();
    const client = await actOnDeaf(
      (ws) => {
        ws.send(flood);
        ws.end(4001, "late");
      },
      {
        dropped: (ws) => {
          try {
            ws.getBufferedAmount();
          } catch {
            order.put("dropped, unusable");
          }
        },
        close: (_ws, code) => order.put(`close ${code}`),
      },
    );
    expect(await order.take()).toBe("dropped, unusable");
    expect(await order.take()).toBe("close 4001");
    client.socket.resume();
    await client.ended();
    expect(client.unread.length).toBeGreaterThan(0);
    expect(client.unread.length).toBeLessThan(flood.length);
  });
});

describe("publish", () => {
  /** Sockets a, b and c; a and b listen to news. */
  async function threeSockets(): Promise<{
    readonly app: TemplatedApp;
    readonly sockets: readonly NativeSocket[];
    readonly clients: readonly RawClient[];
  }> {
    const opened = new Inbox<NativeSocket>();
    const { app, port } = startNative((it) => {
      it.ws<NativeData>("/*", { upgrade: upgradeNative, open: (ws) => opened.put(ws) });
    });
    const clients: RawClient[] = [];
    const sockets: NativeSocket[] = [];
    for (const listens of [true, true, false]) {
      clients.push(await RawClient.open(port, "/"));
      const socket = await opened.take();
      if (listens) socket.subscribe("news");
      sockets.push(socket);
    }
    return { app, sockets, clients };
  }

  test("of a socket leaves that one out, of the app nobody", async () => {
    const { app, sockets, clients } = await threeSockets();
    const [a, b] = clients;
    expect(sockets[0]?.publish("news", "from a")).toBe(true);
    expect(app.publish("news", "from the app")).toBe(true);
    expect(await a?.text()).toBe("from the app");
    expect([await b?.text(), await b?.text()]).toEqual(["from a", "from the app"]);
  });

  test("answers whether there was anybody", async () => {
    const { app, sockets } = await threeSockets();
    expect(app.publish("nothing", "x")).toBe(false);
    sockets[1]?.unsubscribe("news");
    expect(sockets[0]?.publish("news", "x")).toBe(false);
    expect(app.publish("news", "x")).toBe(true);
  });

  test("keeps the order with what is sent to one socket", async () => {
    const { app, sockets, clients } = await threeSockets();
    sockets[0]?.send("1");
    app.publish("news", "2");
    sockets[0]?.send("3");
    app.publish("news", "4");
    const client = clients[0];
    const got = [
      await client?.text(),
      await client?.text(),
      await client?.text(),
      await client?.text(),
    ];
    expect(got).toEqual(["1", "2", "3", "4"]);
  });

  test("reaches nobody who has closed", async () => {
    const closed = new Inbox<number>();
    const { app, port } = startNative((it) => {
      it.ws<NativeData>("/*", {
        upgrade: upgradeNative,
        open: (ws) => void ws.subscribe("news"),
        close: () => closed.put(it.numSubscribers("news")),
      });
    });
    const client = await RawClient.open(port, "/");
    expect(app.numSubscribers("news")).toBe(1);
    client.destroy();
    expect(await closed.take()).toBe(0);
    expect(app.publish("news", "x")).toBe(false);
  });
});
