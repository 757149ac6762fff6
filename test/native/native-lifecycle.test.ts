import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { closePayload, encodeFrame, Opcode } from "../support/frames.ts";
import {
  type NativeData,
  type NativeSocket,
  openNative,
  startNative,
  textOf,
  uws,
} from "../support/native-app.ts";
import { RawClient } from "../support/raw-client.ts";
import { Inbox } from "../support/recorder.ts";

// Rules of the pinned engine that packages/core/src/uws relies on. docs/internals/native-lifecycle.md
// says for each what we make of it. When a new version turns one red, look there first.

const text = (payload: string | Uint8Array, options = {}): Buffer =>
  encodeFrame(Opcode.Text, payload, options);

describe("user data", () => {
  test("is copied onto the socket property by property, and stays after the close", async () => {
    const seen = new Inbox<boolean>();
    const tag = { name: "mine" };
    const { client } = await openNative({
      upgrade: (res, req, context) => {
        res.upgrade({ tag }, req.getHeader("sec-websocket-key"), "", "", context);
      },
      open: (ws) => seen.put((ws as NativeSocket & NativeData).tag === tag),
      message: (ws) => {
        ws.end();
        seen.put((ws as NativeSocket & NativeData).tag === tag && ws.getUserData().tag === tag);
      },
    });
    client.writeText("go");
    expect(await seen.take()).toBe(true);
    expect(await seen.take()).toBe(true);
  });
});

describe("the end of a socket", () => {
  test.each(["end", "close"] as const)("fires close inside %s()", async (method) => {
    const order = new Inbox<string>();
    const { client } = await openNative({
      message: (ws) => {
        order.put("before");
        ws[method]();
        order.put("after");
      },
      close: () => order.put("close"),
    });
    client.writeText("go");
    expect([await order.take(), await order.take(), await order.take()]).toEqual([
      "before",
      "close",
      "after",
    ]);
  });

  test("makes every later call throw, also inside the close handler", async () => {
    const calls: Readonly<Record<string, (ws: NativeSocket) => unknown>> = {
      send: (ws) => ws.send("a"),
      end: (ws) => ws.end(),
      close: (ws) => ws.close(),
      ping: (ws) => ws.ping(),
      cork: (ws) => ws.cork(() => {}),
      subscribe: (ws) => ws.subscribe("a"),
      unsubscribe: (ws) => ws.unsubscribe("a"),
      publish: (ws) => ws.publish("a", "a"),
      getBufferedAmount: (ws) => ws.getBufferedAmount(),
      getRemoteAddress: (ws) => ws.getRemoteAddress(),
      getTopics: (ws) => ws.getTopics(),
    };
    const throwing = (ws: NativeSocket): string[] =>
      Object.keys(calls).filter((name) => {
        try {
          calls[name]?.(ws);
          return false;
        } catch (error) {
          return String(error).includes("Invalid access of closed");
        }
      });
    const seen = new Inbox<string[]>();
    const { client } = await openNative({
      message: (ws) => {
        ws.end();
        seen.put(throwing(ws));
      },
      close: (ws) => seen.put(throwing(ws)),
    });
    client.writeText("go");
    expect(await seen.take()).toEqual(Object.keys(calls));
    expect(await seen.take()).toEqual(Object.keys(calls));
  });

  test("keeps back messages that were read together with the one that ended it", async () => {
    const messages = new Inbox<string>();
    const closed = new Inbox<number>();
    const { client } = await openNative({
      message: (ws, message) => {
        messages.put(textOf(message));
        ws.end(4001);
      },
      close: (_ws, code) => closed.put(code),
    });
    client.write(Buffer.concat([text("one"), text("two")]));
    await client.ended();
    expect(await closed.take()).toBe(4001);
    expect(messages.rest).toEqual(["one"]);
  });

  test("cuts a reason at 123 bytes, through a character", async () => {
    const { client } = await openNative({ message: (ws) => ws.end(4001, "ä".repeat(100)) });
    client.writeText("go");
    const { payload } = await client.frame();
    expect(payload).toEqual(closePayload(4001, Buffer.from("ä".repeat(62)).subarray(0, 123)));
  });

  test("sends any close code, modulo 65536", async () => {
    const codes = [0, 999, 1004, 2999, 5000, 70_000];
    const bodies: string[] = [];
    const { port } = await openNative({
      message: (ws, message) => ws.end(Number(textOf(message))),
    });
    for (const code of codes) {
      const client = await RawClient.open(port, "/");
      client.writeText(String(code));
      bodies.push((await client.frame()).payload.toString("hex"));
    }
    expect(bodies).toEqual(["", "03e7", "03ec", "0bb7", "1388", "1170"]);
  });

  test("lets what was published before it out first", async () => {
    const { client, app } = await openNative({
      open: (ws) => void ws.subscribe("news"),
      message: (ws) => {
        app.publish("news", "last");
        ws.end(4001);
      },
    });
    client.writeText("go");
    expect(await client.text()).toBe("last");
    expect(await client.closeFrame()).toEqual({ code: 4001, reason: "" });
  });
});

/** How a client can make the engine close the connection by force, and what it calls that. */
const forcedCloses: readonly {
  readonly how: string;
  readonly bytes: Buffer;
  readonly called: string;
}[] = [
  {
    how: "a message above the limit",
    bytes: text("a".repeat(101)),
    called: "Received too big message",
  },
  {
    how: "a compressed message above the limit",
    // Deflated: 1000 times the letter a.
    bytes: text(deflateRawSync("a".repeat(1_000)), { rsv: 4 }),
    called: "Received too big message, or other inflation error",
  },
  { how: "bad UTF-8", bytes: text(new Uint8Array([0xff])), called: "Received invalid UTF-8" },
  { how: "a bad frame", bytes: text("a", { rsv: 1 }), called: "Received invalid WebSocket frame" },
  {
    how: "a bad close code",
    bytes: encodeFrame(Opcode.Close, closePayload(999)),
    called: "Received invalid close payload",
  },
];

describe("a close by force has the code 1006 and a text", () => {
  async function closeTextOf(leave: (client: RawClient) => void): Promise<[number, string]> {
    const closed = new Inbox<[number, string]>();
    const { port } = await openNative({
      maxPayloadLength: 100,
      compression: uws.SHARED_COMPRESSOR | uws.SHARED_DECOMPRESSOR,
      close: (_ws, code, message) => closed.put([code, textOf(message)]),
    });
    const client = await RawClient.open(port, "/", {
      headers: { "Sec-WebSocket-Extensions": "permessage-deflate" },
    });
    leave(client);
    return await closed.take();
  }

  test.each(forcedCloses)("for $how", async ({ bytes, called }) => {
    expect(await closeTextOf((client) => client.write(bytes))).toEqual([1006, called]);
  });

  test("for the end of TCP", async () => {
    const called = "Received TCP FIN before WebSocket close frame";
    expect(await closeTextOf((client) => client.socket.end())).toEqual([1006, called]);
  });

  test("that is empty for a reset of TCP", async () => {
    expect(await closeTextOf((client) => client.socket.resetAndDestroy())).toEqual([1006, ""]);
  });

  test("for silence, after the idle timeout", async () => {
    const closed = new Inbox<[number, string]>();
    const { client } = await openNative({
      idleTimeout: 8,
      close: (_ws, code, message) => closed.put([code, textOf(message)]),
    });
    expect((await client.frame()).opcode).toBe(Opcode.Ping);
    expect(await closed.take()).toEqual([1006, "WebSocket timed out from inactivity"]);
  });
});

describe("the buffer of a message", () => {
  test("is valid until the first real await, then has no bytes; a copy stays", async () => {
    const lengths: number[] = [];
    const copies = new Inbox<string>();
    const { client } = await openNative({
      message: async (_ws, message) => {
        const copy = message.slice(0);
        lengths.push(message.byteLength);
        await Promise.resolve();
        lengths.push(message.byteLength);
        await new Promise((resolve) => setImmediate(resolve));
        lengths.push(message.byteLength);
        copies.put(textOf(copy));
      },
    });
    client.writeText("12345");
    expect(await copies.take()).toBe("12345");
    expect(lengths).toEqual([5, 5, 0]);
  });

  test("can be sent on without a copy", async () => {
    const { client } = await openNative({
      message: (ws, message, isBinary) => void ws.send(message, isBinary),
    });
    client.writeText("a".repeat(10_000));
    expect(await client.text()).toHaveLength(10_000);
  });
});

describe("an end() inside the cork of an asynchronous upgrade", () => {
  /** Milliseconds from the close frame to the end of TCP. */
  async function timeToEnd(endWhen: "corked" | "uncorked"): Promise<number> {
    let socket: NativeSocket | undefined;
    const { port } = startNative((app) => {
      app.ws<NativeData>("/*", {
        // The shortest one: a connection that does not end is swept after half of it.
        idleTimeout: 8,
        upgrade: (res, req, context) => {
          const key = req.getHeader("sec-websocket-key");
          res.onAborted(() => {});
          setImmediate(() => {
            res.cork(() => res.upgrade({ tag: { name: "" } }, key, "", "", context));
            if (endWhen === "uncorked") socket?.end(4001);
          });
        },
        open: (ws) => {
          socket = ws;
          if (endWhen === "corked") ws.end(4001);
        },
      });
    });
    const client = await RawClient.open(port, "/");
    await client.closeFrame();
    const before = performance.now();
    await client.ended();
    return performance.now() - before;
  }

  test("sends the close frame but does not end TCP; after the cork it does", async () => {
    expect(await timeToEnd("corked")).toBeGreaterThan(1_000);
    expect(await timeToEnd("uncorked")).toBeLessThan(1_000);
  });
});
