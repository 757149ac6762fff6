import type { HttpRequest, HttpResponse, TemplatedApp } from "uWebSockets.js";
import { describe, expect, test } from "vitest";
import { exchange } from "../support/exchange.ts";
import { type NativeData, startNative, textOf, upgradeNative } from "../support/native-app.ts";
import { handshakeRequest, RawClient, sampleKey } from "../support/raw-client.ts";
import { Inbox } from "../support/recorder.ts";

// Rules of the pinned engine about requests, upgrades and answers; see docs/internals/native-lifecycle.md.

type Handler = (res: HttpResponse, req: HttpRequest) => void;

const answering =
  (body: string): Handler =>
  (res) =>
    void res.end(body, true);

function startAny(handler: Handler): number {
  return startNative((app) => app.any("/*", handler)).port;
}

const request = (path: string, headers = "", method = "GET"): string =>
  `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;

async function bodyOf(port: number, bytes: string): Promise<string> {
  return (await exchange(port, bytes)).body;
}

describe("a handler", () => {
  test("is replaced by the next one of the same pattern", async () => {
    const { port } = startNative((app) => {
      app.ws<NativeData>("/a", { upgrade: answering("first") });
      app.ws<NativeData>("/a", { upgrade: answering("second") });
    });
    expect(await bodyOf(port, handshakeRequest("/a"))).toBe("second");
  });

  test("that yields hands on to the next socket pattern, then to the others", async () => {
    const asked: string[] = [];
    const yielding =
      (name: string): Handler =>
      (_res, req) => {
        asked.push(name);
        req.setYield(true);
      };
    const { port } = startNative((app) => {
      app.any("/*", answering("any"));
      app.any("/room/a", yielding("any of the path"));
      app.ws<NativeData>("/*", { upgrade: yielding("/*") });
      app.ws<NativeData>("/room/:name", { upgrade: yielding(":name") });
      app.ws<NativeData>("/room/a", { upgrade: yielding("a") });
    });
    expect(await bodyOf(port, handshakeRequest("/room/a"))).toBe("any");
    expect(asked).toEqual(["a", ":name", "/*", "any of the path"]);
  });

  test("of a socket is called for GET with a key of 24 characters, whatever else is missing", async () => {
    const { port } = startNative((app) => {
      app.ws<NativeData>("/*", { upgrade: answering("socket") });
      app.any("/*", answering("any"));
    });
    const key = (value: string): string => `Sec-WebSocket-Key: ${value}\r\n`;
    expect(await bodyOf(port, request("/", key(sampleKey)))).toBe("socket");
    expect(await bodyOf(port, request("/", key("?".repeat(24))))).toBe("socket");
    expect(await bodyOf(port, request("/", key("short")))).toBe("any");
    expect(await bodyOf(port, request("/", key(sampleKey), "POST"))).toBe("any");
    expect(await bodyOf(port, request("/", "Upgrade: websocket\r\n"))).toBe("any");
  });
});

describe("a request", () => {
  test("shows repeated headers one by one, and only the first by name", async () => {
    const port = startAny((res, req) => {
      const hosts: string[] = [];
      req.forEach((name, value) => {
        if (name === "host") hosts.push(value);
      });
      res.end(`${hosts.join("|")} ${req.getHeader("host")}`, true);
    });
    expect(await bodyOf(port, request("/", "HOST: evil\r\n"))).toBe("localhost|evil localhost");
  });

  test.each(["\r", "\n", "\rX-B: 2", "\nX-B: 2", "\0", "\r\r\nX-B: 2"])(
    "never shows a value or a name with CR (sent: %j)",
    async (inside) => {
      const seen: string[] = [];
      const port = startAny((res, req) => {
        req.forEach((name, value) => {
          seen.push(name, value);
        });
        res.end("", true);
      });
      const client = await RawClient.connect(port);
      client.write(`GET / HTTP/1.1\r\nHost: localhost\r\nX-A: 1${inside}3\r\n\r\n`);
      client.write(`GET / HTTP/1.1\r\nHost: localhost\r\nX${inside}Y: 1\r\n\r\n`);
      client.socket.end();
      await client.ended();
      expect(seen.filter((text) => text.includes("\r"))).toEqual([]);
    },
  );

  test("shows path and query as they were sent", async () => {
    const port = startAny((res, req) => void res.end(`${req.getUrl()} ${req.getQuery()}`, true));
    expect(await bodyOf(port, request("/a%2Fb/../%ff//?x=%20&x"))).toBe("/a%2Fb/../%ff// x=%20&x");
  });

  test("throws when it is read after its handler", async () => {
    let kept: HttpRequest | undefined;
    const port = startAny((res, req) => {
      kept = req;
      res.end("", true);
    });
    await exchange(port, request("/"));
    expect(() => kept?.getUrl()).toThrow("must not be accessed after await");
  });

  test("keeps its method in the case it was sent, until it is asked for it in lower case", async () => {
    const port = startAny((res, req) => {
      const sent = req.getCaseSensitiveMethod();
      const lower = req.getMethod();
      res.end(`${sent} ${lower} ${req.getCaseSensitiveMethod()}`, true);
    });
    expect(await bodyOf(port, request("/", "", "GeT"))).toBe("GeT get get");
  });
});

describe("an answer", () => {
  test("that is ended with closing says so and ends TCP", async () => {
    const port = startAny((res) => {
      res.writeStatus("403 Forbidden").writeHeader("X-Mine", "1").end("no\n", true);
    });
    const { statusLine, headers, body } = await exchange(port, request("/"));
    expect(statusLine).toBe("HTTP/1.1 403 Forbidden");
    expect(headers).toEqual(expect.arrayContaining(["X-Mine: 1", "Connection: close"]));
    expect(headers).toContain("Content-Length: 3");
    expect(body).toBe("no\n");
  });

  test("to HEAD carries the body it is given", async () => {
    expect(await bodyOf(startAny(answering("body")), request("/", "", "HEAD"))).toBe("body");
  });

  test("takes line breaks in a header as they are", async () => {
    const port = startAny((res) => {
      res.writeHeader("X-A", "1\r\nX-Injected: yes").end("", true);
    });
    expect((await exchange(port, request("/"))).headers).toContain("X-Injected: yes");
  });

  test("may be written later when onAborted is attached", async () => {
    const port = startAny((res) => {
      res.onAborted(() => {});
      setImmediate(() => res.cork(() => res.end("later", true)));
    });
    expect(await bodyOf(port, request("/"))).toBe("later");
  });
});

describe("an asynchronous upgrade", () => {
  /** A route that upgrades when it is told to. */
  function startPending(): {
    readonly app: TemplatedApp;
    readonly port: number;
    readonly pending: Inbox<HttpResponse>;
    readonly aborted: Inbox<string>;
  } {
    const pending = new Inbox<HttpResponse>();
    const aborted = new Inbox<string>();
    const started = startNative((app) => {
      app.ws<NativeData>("/*", {
        upgrade: (res) => {
          res.onAborted(() => aborted.put("aborted"));
          pending.put(res);
        },
      });
    });
    return { ...started, pending, aborted };
  }

  const departures: Readonly<Record<string, (client: RawClient) => void>> = {
    "ends TCP": (client) => void client.socket.end(),
    "resets TCP": (client) => void client.socket.resetAndDestroy(),
    "sends a second request": (client) => client.write(request("/")),
    "sends a frame": (client) => client.writeText("too early"),
  };

  test.each(Object.keys(departures))(
    "is aborted when the client %s, and then unusable",
    async (name) => {
      const { port, pending, aborted } = startPending();
      const client = await RawClient.connect(port);
      client.write(handshakeRequest("/"));
      const res = await pending.take();
      departures[name]?.(client);
      expect(await aborted.take()).toBe("aborted");
      expect(() => res.end()).toThrow("must not be accessed after");
      expect(() => res.cork(() => {})).toThrow("must not be accessed after");
      expect(() => res.close()).toThrow("must not be accessed after");
    },
  );

  test("is aborted by the close of the app", async () => {
    const { app, port, pending, aborted } = startPending();
    const client = await RawClient.connect(port);
    client.write(handshakeRequest("/"));
    await pending.take();
    app.close();
    expect(aborted.rest).toEqual(["aborted"]);
    await client.ended();
    expect(client.unread).toHaveLength(0);
  });
});

describe("an upgrade", () => {
  test("opens the socket before it returns, and makes the response unusable", async () => {
    const order: string[] = [];
    const { port } = startNative((app) => {
      app.ws<NativeData>("/*", {
        upgrade: (res, req, context) => {
          order.push("before");
          upgradeNative(res, req, context);
          order.push("after");
          expect(() => res.close()).toThrow("must not be accessed after");
          order.push("checked");
        },
        open: () => void order.push("open"),
      });
    });
    await RawClient.open(port, "/");
    expect(order).toEqual(["before", "open", "after", "checked"]);
  });

  test("answers the first of several subprotocols it is given", async () => {
    const { port } = startNative((app) => {
      app.ws<NativeData>("/*", {
        upgrade: (res, req, context) => {
          res.upgrade({}, req.getHeader("sec-websocket-key"), "a, b", "", context);
        },
      });
    });
    const client = await RawClient.connect(port);
    client.write(handshakeRequest("/"));
    expect((await client.response()).headers.get("sec-websocket-protocol")).toBe("a");
  });
});

describe("the body of a request", () => {
  test("comes in pieces that lose their bytes afterwards", async () => {
    const kept: ArrayBuffer[] = [];
    const port = startAny((res) => {
      res.onAborted(() => {});
      let text = "";
      res.onData((chunk, isLast) => {
        text += textOf(chunk);
        kept.push(chunk);
        if (isLast) res.end(text, true);
      });
    });
    expect(await bodyOf(port, `${request("/", "Content-Length: 4\r\n", "POST")}body`)).toBe("body");
    expect(kept.map(({ byteLength }) => byteLength)).toEqual(kept.map(() => 0));
  });

  test("is one last piece of nothing when there is none", async () => {
    const port = startAny((res) => {
      res.onAborted(() => {});
      res.onData((chunk, isLast) => void res.end(`${chunk.byteLength} ${isLast}`, true));
    });
    expect(await bodyOf(port, request("/"))).toBe("0 true");
  });
});
