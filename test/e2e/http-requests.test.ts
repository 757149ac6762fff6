import { createHash, randomBytes } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import type { FetchHandler, HttpOptions } from "@windlass/app";
import { describe, expect, test } from "vitest";
import { RawClient } from "../support/raw-client.ts";
import { type RunningApp, startApp } from "../support/start-app.ts";

interface Site extends RunningApp {
  /** `http://localhost:PORT` */
  readonly http: string;
}

async function serve(handler: FetchHandler, options: HttpOptions = {}): Promise<Site> {
  const running = await startApp((app) => app.http("/*", handler, options));
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

const sha1 = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex");
const failures = (site: Site) => site.log.lines.filter(({ message }) => /failed/.test(message));

describe("a request that a handler passes on", () => {
  test("is fetched elsewhere, as it is, with its body", async () => {
    const behind = await serve(async (request) =>
      Response.json([request.method, request.headers.get("x-test"), await request.text()]),
    );
    const site = await serve((request) => fetch(new Request(`${behind.http}/x`, request)));
    const body = "x".repeat(300_000);
    const headers = { "X-Test": "yes" };
    const answer = await fetch(`${site.http}/y`, { method: "PUT", body, headers });
    expect(await answer.json()).toEqual(["PUT", "yes", body]);
  });

  test("is read twice when it is cloned, and once as a form", async () => {
    const site = await serve(async (request) => {
      const [text, form] = await Promise.all([request.clone().text(), request.formData()]);
      return Response.json([text.includes("hello"), form.get("said")]);
    });
    const body = new FormData();
    body.set("said", "hello");
    const answer = await fetch(`${site.http}/`, { method: "POST", body });
    expect(await answer.json()).toEqual([true, "hello"]);
  });

  test("cannot be read twice otherwise", async () => {
    const site = await serve(async (request) => {
      await request.text();
      return Response.json([request.bodyUsed, await request.text().catch(({ name }) => name)]);
    });
    const answer = await fetch(`${site.http}/`, { method: "POST", body: "x" });
    expect(await answer.json()).toEqual([true, "TypeError"]);
  });
});

describe("a large body", () => {
  test("waits at the client until the handler wants it, whole or in parts", async () => {
    const sent = randomBytes(20_000_000);
    for (const how of ["whole", "parts"]) {
      const [arrived, wanted] = [deferred<void>(), deferred<void>()];
      const site = await serve(
        async (request) => {
          arrived.resolve();
          await wanted.promise;
          if (how === "whole")
            return new Response(sha1(new Uint8Array(await request.arrayBuffer())));
          const hash = createHash("sha1");
          for await (const part of request.body ?? []) hash.update(part);
          return new Response(hash.digest("hex"));
        },
        { maxBodyBytes: sent.byteLength },
      );
      const client = await RawClient.connect(site.port);
      client.write(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${sent.length}\r\n\r\n`);
      const taken = new Promise<void>((resolve) => client.socket.write(sent, () => resolve()));
      await arrived.promise;
      const first = await Promise.race([taken.then(() => "taken"), quiet(client)]);
      // The kernel takes a few megabytes, and the server no more than it keeps for a body.
      expect(first).toBe("quiet");
      wanted.resolve();
      expect((await client.response()).body).toBe(sha1(sent));
      client.destroy();
    }
  });

  test("of an answer reaches a slow reader whole", async () => {
    const text = "ü".repeat(3_000_000);
    const site = await serve(() => new Response(text));
    const client = await RawClient.connect(site.port);
    client.socket.pause();
    client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    for (let round = 0; round < 100; round += 1) await turn();
    client.socket.resume();
    const { headers, body } = await client.response();
    expect(headers.get("content-length")).toBe("6000000");
    expect(Buffer.byteLength(body)).toBe(6_000_000);
    client.destroy();
  });
});

describe("a client that goes away", () => {
  test("aborts the signal, also when nobody has asked for it before", async () => {
    for (const isAskedBefore of [true, false]) {
      const [arrived, gone, seen] = [deferred<void>(), deferred<void>(), deferred<unknown>()];
      const site = await serve(async (request) => {
        if (isAskedBefore) request.signal.addEventListener("abort", () => gone.resolve());
        arrived.resolve();
        await gone.promise;
        const { aborted, reason } = request.signal;
        seen.resolve([aborted, reason.name, reason.message, request.clone().signal.aborted]);
        throw reason;
      });
      const client = await RawClient.connect(site.port);
      client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      await arrived.promise;
      client.destroy();
      if (!isAskedBefore) {
        // The server has seen it when it has seen what came later.
        for (let round = 0; round < 5; round += 1) {
          await RawClient.connect(site.port).then((later) => later.destroy());
        }
        gone.resolve();
      }
      const message = "the client disconnected";
      expect(await seen.promise).toEqual([true, "AbortError", message, true]);
      expect(failures(site)).toEqual([]);
    }
  });

  test("in the middle of its body fails the reading, and that is nothing to report", async () => {
    const readings: Readonly<Record<string, (request: Request) => Promise<unknown>>> = {
      text: (request) => request.text(),
      blob: (request) => request.blob(),
      async parts({ body }) {
        for await (const _part of body ?? []);
      },
    };
    for (const how of Object.keys(readings)) {
      const [arrived, seen] = [deferred<void>(), deferred<unknown>()];
      const site = await serve(async (request) => {
        arrived.resolve();
        await readings[how]?.(request).catch((error: unknown) => {
          seen.resolve([error === request.signal.reason, request.signal.aborted]);
          throw error;
        });
        seen.resolve("read");
        return new Response();
      });
      const client = await RawClient.connect(site.port);
      client.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf");
      await arrived.promise;
      client.destroy();
      expect(await seen.promise).toEqual([true, true]);
      expect(failures(site)).toEqual([]);
    }
  });
});

describe("an answer", () => {
  test("is sent once: the second time it is none", async () => {
    const answers = [new Response("text"), new Response(Uint8Array.of(65)), Response.json([])];
    const site = await serve(({ url }) => answers[Number(url.at(-1))] ?? new Response());
    for (const [index, text] of ["text", "A", "[]"].entries()) {
      const first = await fetch(`${site.http}/${index}`);
      expect([first.status, await first.text()]).toEqual([200, text]);
      expect((await fetch(`${site.http}/${index}`)).status).toBe(500);
    }
  });

  test("is what is left of it when the handler has read a part or copied it", async () => {
    const site = await serve(async ({ url }) => {
      const answer = new Response(url.endsWith("empty") ? "" : "text");
      if (url.endsWith("copied")) await answer.clone().text();
      if (url.endsWith("wrapped")) return new Response(answer.body, { status: 201 });
      if (!url.endsWith("read")) return answer;
      const reader = answer.body?.getReader();
      await reader?.read();
      reader?.releaseLock();
      return answer;
    });
    const textOf = async (path: string) => {
      const answer = await fetch(`${site.http}/${path}`);
      return [answer.status, await answer.text(), answer.headers.get("content-length")];
    };
    expect(await textOf("copied")).toEqual([200, "text", "4"]);
    expect(await textOf("wrapped")).toEqual([201, "text", "4"]);
    expect(await textOf("read")).toEqual([200, "", "0"]);
    expect(await textOf("empty")).toEqual([200, "", "0"]);
  });

  test("of many kinds comes in the order of the requests on one connection", async () => {
    const site = await serve(async (request) => {
      const body = await request.text();
      return request.url.endsWith("late") ? turn(new Response(body)) : new Response(body);
    });
    const client = await RawClient.connect(site.port);
    for (const [path, body] of Object.entries({ late: "1", a: "22", "b/late": "", c: "4444" })) {
      const length = `Content-Length: ${body.length}`;
      client.write(`POST /${path} HTTP/1.1\r\nHost: localhost\r\n${length}\r\n\r\n${body}`);
      expect((await client.response()).body).toBe(body);
    }
    client.destroy();
  });
});

/** Resolves when the client's socket has sent nothing for many turns of the event loop. */
async function quiet({ socket }: RawClient): Promise<string> {
  let sent = -1;
  for (let still = 0; still < 2_000; still += 1) {
    await turn();
    if (socket.bytesWritten - socket.writableLength !== sent) still = 0;
    sent = socket.bytesWritten - socket.writableLength;
  }
  return "quiet";
}
