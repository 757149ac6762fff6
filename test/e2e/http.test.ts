import { createHash, randomBytes } from "node:crypto";
import { EchoServer, type FetchHandler, type HttpOptions } from "@windlass/app";
import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { RawClient } from "../support/raw-client.ts";
import { type RunningApp, startApp } from "../support/start-app.ts";

interface Site extends RunningApp {
  /** `http://localhost:PORT` */
  readonly http: string;
}

async function serve(
  path: string,
  handler: FetchHandler,
  options: HttpOptions = {},
): Promise<Site> {
  const running = await startApp((app) => app.http(path, handler, options));
  return { ...running, http: `http://localhost:${running.port}` };
}

/** A promise and the function that settles it. */
function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** An endless body, and what becomes of it. */
function endlessBody(chunk: Uint8Array): {
  body: ReadableStream<Uint8Array>;
  cancelled: Promise<void>;
  pulledBytes: () => number;
} {
  const cancelled = deferred<void>();
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += chunk.byteLength;
      controller.enqueue(chunk);
    },
    cancel: () => cancelled.resolve(),
  });
  return { body, cancelled: cancelled.promise, pulledBytes: () => pulled };
}

describe("requests", () => {
  test("the handler gets method, absolute URL, headers, params and the client's address", async () => {
    const site = await serve("/things/:id", (request, { ip, params }) =>
      Response.json({
        method: request.method,
        url: request.url,
        header: request.headers.get("x-test"),
        ip,
        params,
      }),
    );
    const url = `${site.http}/things/a%20b?id=7`;
    const answer = await fetch(url, { method: "PUT", headers: { "X-Test": "yes" } });
    expect(await answer.json()).toEqual({
      method: "PUT",
      url,
      header: "yes",
      ip: "127.0.0.1",
      params: { id: "a b" },
    });
  });

  test("a body of a megabyte streams in and out again unchanged", async () => {
    const site = await serve("/echo", (request) => new Response(request.body));
    const sent = randomBytes(1_000_000);
    const answer = await fetch(`${site.http}/echo`, { method: "POST", body: sent });
    const received = Buffer.from(await answer.arrayBuffer());
    expect(createHash("sha1").update(received).digest("hex")).toBe(
      createHash("sha1").update(sent).digest("hex"),
    );
  });

  test("a body above the limit is answered 413 and logged, with and without Content-Length", async () => {
    const site = await serve("/", async (request) => new Response(await request.text()), {
      maxBodyBytes: 1_000,
    });
    const client = await RawClient.connect(site.port);
    client.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n");
    expect((await client.response()).status).toBe(413);
    await client.ended();
    const chunked = await RawClient.connect(site.port);
    chunked.write("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    chunked.write(`400\r\n${"a".repeat(1_024)}\r\n`);
    expect((await chunked.response()).body).toContain("ERR_BODY_TOO_LARGE");
    expect(site.log.refusals.map(({ rule, status }) => [rule, status])).toEqual([
      ["body", 413],
      ["body", 413],
    ]);
  });

  test("a handler that never reads the body does not block the connection", async () => {
    const site = await serve("/", () => new Response("done"));
    const client = await RawClient.connect(site.port);
    const body = "x".repeat(500_000);
    client.write(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`);
    client.write(body);
    expect((await client.response()).body).toBe("done");
    client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect((await client.response()).body).toBe("done");
    client.destroy();
  });

  test("repeated Content-Length and unknown transfer encodings are refused", async () => {
    const site = await serve("/", () => new Response("done"));
    for (const header of [
      "Content-Length: 3\r\nContent-Length: 4",
      "Transfer-Encoding: gzip, chunked",
    ]) {
      const client = await RawClient.connect(site.port);
      client.write(`POST / HTTP/1.1\r\nHost: localhost\r\n${header}\r\n\r\nabc`);
      expect((await client.response()).status).toBe(400);
      await client.ended();
    }
  });
});

describe("answers", () => {
  test("HEAD gets the headers without the body, and the connection lives on", async () => {
    const site = await serve("/", () => new Response("hello", { headers: { "X-Test": "yes" } }));
    const client = await RawClient.connect(site.port);
    client.write("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    // The sentinel answer must follow the head at once: a body in between would show up here.
    client.write("GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await client.ended();
    const [head, next] = client.unread.toString().split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head?.toLowerCase()).toContain("x-test: yes");
    expect(next).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
  });

  test("status, text, several cookies and an empty 204 arrive as answered", async () => {
    const site = await serve("/:what", (_request, { params }) => {
      if (params["what"] === "empty") return new Response(null, { status: 204 });
      const headers = new Headers([
        ["Set-Cookie", "a=1"],
        ["Set-Cookie", "b=2"],
      ]);
      return new Response("short", { status: 418, statusText: "Teapot", headers });
    });
    const teapot = await fetch(`${site.http}/teapot`);
    expect([teapot.status, teapot.statusText]).toEqual([418, "Teapot"]);
    expect(teapot.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(teapot.headers.get("content-length")).toBe("5");
    const empty = await fetch(`${site.http}/empty`);
    expect([empty.status, await empty.text()]).toEqual([204, ""]);
  });

  test("a slow reader of an endless body holds little memory, and its leaving cancels the body", async () => {
    const endless = endlessBody(new Uint8Array(65_536));
    const aborted = deferred<void>();
    const site = await serve("/:what", (request, { params }) => {
      if (params["what"] !== "endless") return new Response("done");
      request.signal.addEventListener("abort", () => aborted.resolve());
      return new Response(endless.body);
    });
    const client = await RawClient.connect(site.port);
    client.socket.pause();
    client.write("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n");
    // Had it no bound, the body would grow by gigabytes while these are answered.
    for (let round = 0; round < 200; round += 1) {
      expect(await (await fetch(`${site.http}/other`)).text()).toBe("done");
    }
    // The kernel takes a few megabytes.
    expect(endless.pulledBytes()).toBeGreaterThan(0);
    expect(endless.pulledBytes()).toBeLessThan(20_000_000);
    client.destroy();
    await Promise.all([endless.cancelled, aborted.promise]);
  });

  test("server-sent events arrive one by one", async () => {
    let push: (text: string) => void = () => {};
    const site = await serve("/events", () => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          push = (text) => controller.enqueue(new TextEncoder().encode(text));
          push("data: 1\n\n");
        },
      });
      return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
    });
    const answer = await fetch(`${site.http}/events`);
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe("data: 1\n\n");
    push("data: 2\n\n");
    expect((await reader?.read())?.value).toBe("data: 2\n\n");
    await reader?.cancel();
  });

  test("a handler that throws, rejects or answers nonsense gives 500 and a log line", async () => {
    const handlers: Record<string, () => Response | Promise<Response>> = {
      throws: () => {
        throw new Error("secret detail");
      },
      rejects: () => Promise.reject(new Error("secret detail")),
      nonsense: () => "not a response" as unknown as Response,
    };
    const site = await serve("/:what", (_request, { params }) => {
      const handler = handlers[params["what"] ?? ""];
      return handler?.() ?? new Response("fine");
    });
    for (const what of Object.keys(handlers)) {
      const answer = await fetch(`${site.http}/${what}`);
      expect(answer.status).toBe(500);
      expect(await answer.text()).not.toContain("secret");
    }
    expect(await (await fetch(`${site.http}/else`)).text()).toBe("fine");
    const failures = site.log.lines.filter((line) => line.message === "an HTTP handler failed");
    expect(failures).toHaveLength(3);
  });

  test("an error in the middle of a body cuts the connection", async () => {
    const site = await serve("/", () => {
      let pulls = 0;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          pulls += 1;
          if (pulls > 3) controller.error(new Error("broken"));
          else controller.enqueue(new Uint8Array(100));
        },
      });
      return new Response(body);
    });
    await expect(fetch(`${site.http}/`).then((answer) => answer.text())).rejects.toThrow();
    await site.log.find((line) => line.message === "an HTTP handler failed");
  });
});

describe("routing", () => {
  test("a Hono app is mounted whole", async () => {
    const hono = new Hono();
    hono.get("/api/hello/:name", (c) => c.json({ hello: c.req.param("name") }));
    const site = await serve("/api/*", (request) => hono.fetch(request));
    const answer = await fetch(`${site.http}/api/hello/ada`);
    expect(await answer.json()).toEqual({ hello: "ada" });
    expect((await fetch(`${site.http}/api/none`)).status).toBe(404);
  });

  test("another Host is answered 404 unless httpHost says any", async () => {
    const running = await startApp((app) => {
      app.http("/own", () => new Response("own"));
      app.http("/any", () => new Response("any"), { httpHost: "" });
    });
    expect((await fetch(`http://127.0.0.1:${running.port}/own`)).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${running.port}/any`)).status).toBe(200);
    expect(running.log.refusals).toMatchObject([
      { rule: "host", seen: "127.0.0.1", wanted: "localhost", status: 404 },
    ]);
  });

  test("one path serves a page over HTTP and sockets over WebSocket", async () => {
    const running = await startApp((app) => {
      app.route("/chat", new EchoServer(), ["*"]);
      app.http("/chat", () => new Response("the page"));
    });
    expect(await (await fetch(`http://localhost:${running.port}/chat`)).text()).toBe("the page");
    const client = await RawClient.open(running.port, "/chat");
    client.writeText("hi");
    expect(await client.text()).toBe("hi");
    client.destroy();
  });
});
