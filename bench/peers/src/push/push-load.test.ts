import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { PushLoad, type PushLoadOptions } from "./push-load.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A load on a server that answers as the test says, before it is started. */
async function prepare(
  answer: RequestListener,
  options: Partial<PushLoadOptions> = {},
): Promise<PushLoad> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const request = (index: number) =>
    `POST /${index} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n`;
  return await PushLoad.open({ port, connections: 2, ratePerSecond: 500, request, ...options });
}

/** Resolves when that many requests have come. */
function counter(wanted: number) {
  const seen: string[] = [];
  let reach: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const note = (url = ""): void => {
    seen.push(url);
    if (seen.length === wanted) reach();
  };
  return { seen, reached, note };
}

describe("PushLoad", () => {
  it("sends every request that became due once, and waits for its answer", async () => {
    const { seen, reached, note } = counter(20);
    const load = await prepare(({ url }, response) => {
      note(url);
      response.setHeader("Content-Length", 2).end("{}");
    });
    load.start();
    load.beginMeasuring();
    await reached;
    const { accepted, failures, latency } = await load.stop();
    expect(seen).toHaveLength(accepted);
    const numbers = seen.map((url) => Number(url.slice(1))).sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => index));
    expect(failures).toEqual([]);
    expect(latency?.p50Us).toBeGreaterThan(0);
  });

  it("lets what finds no free connection wait, and counts the wait", async () => {
    const { reached, note } = counter(5);
    const load = await prepare(
      (_, response) => {
        note();
        setTimeout(() => response.setHeader("Content-Length", 2).end("{}"), 50);
      },
      { connections: 1, ratePerSecond: 100 },
    );
    load.beginMeasuring();
    load.start();
    await reached;
    const { latency, lateness, failures } = await load.stop();
    expect(failures).toEqual([]);
    // Due every 10 ms and answered every 50 ms: each waits 40 ms longer than the one before.
    expect(lateness?.p99Us).toBeGreaterThan(100_000);
    expect(latency?.p99Us).toBeGreaterThan(150_000);
  });

  it("gives up on a server that never answers", async () => {
    const { reached, note } = counter(2);
    const load = await prepare(() => note(), { patienceMs: 20 });
    load.start();
    await reached;
    const { accepted, failures } = await load.stop();
    expect(accepted).toBe(0);
    expect(failures[0]).toMatch(/^\d+ of \d+ requests had no answer, \d+ of which could not/);
  });

  it("ends when all its connections are lost, and says why", async () => {
    const { reached, note } = counter(2);
    const load = await prepare(
      ({ socket }) => {
        note();
        socket.end("nonsense\r\n\r\n");
      },
      { patienceMs: 60_000 },
    );
    load.start();
    await reached;
    const { failures } = await load.stop();
    expect(failures.at(-1)).toBe(
      "2 HTTP connections were lost: an answer without status or Content-Length: nonsense",
    );
  });

  it("says so when nobody listens", async () => {
    const opening = PushLoad.open({ port: 1, connections: 1, ratePerSecond: 1, request: String });
    await expect(opening).rejects.toThrow("ECONNREFUSED");
  });
});
