import { describe, expect, it, vi } from "vitest";
import { cleanups, createClient, serve } from "./client-stage.test-helper.ts";
import { serverFrame, startWireServer } from "./wire-server.test-helper.ts";

describe("Client", () => {
  it.each([
    ["text", 1],
    ["text", 126],
    ["binary", 65_536],
    ["binary", 200_000],
  ] as const)(
    "gets its messages back in order and intact (%s of %i bytes)",
    async (format, messageBytes) => {
      const server = await serve();
      const { client, journal, pool } = createClient(server.url, { format, messageBytes });
      client.connect();
      await journal.find("ready");
      client.send(pool.frames(0, 4));
      await journal.find("reply 3");
      expect(journal.entries).toEqual(["ready", ...[0, 1, 2, 3].map((n) => `reply ${n} intact 0`)]);
      expect(client.isOpen).toBe(true);
      expect(client.handshakeMs).toBeGreaterThan(0);
    },
  );

  it("counts the bytes of both directions", async () => {
    const seen = { bytes: 0 };
    const server = await serve({
      opened: ({ socket }) => {
        seen.bytes = socket.bytesRead;
      },
    });
    const { client, journal, pool } = createClient(server.url);
    client.connect();
    await journal.find("ready");
    expect(client.bytesSent).toBe(seen.bytes);
    const before = client.bytesReceived;
    client.send(pool.frames(0, 2));
    await journal.find("reply 1");
    expect(client.bytesSent).toBe(seen.bytes + 2 * 26);
    expect(client.bytesReceived).toBe(before + 2 * 22);
  });

  it.each([
    ["as often as one in 8", 0.5, [0, 8, 16]],
    [
      "without a fixed period",
      0,
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
    ],
  ])("compares the first reply whole and others at random: %s", async (_, random, compared) => {
    const chance = vi.spyOn(Math, "random").mockReturnValue(random);
    cleanups.push(() => chance.mockRestore());
    const server = await serve({
      frame: (peer, opcode, payload) => peer.send(opcode, payload.fill("#", 3)),
    });
    const { client, journal, pool } = createClient(server.url, { inFlight: 20 });
    client.connect();
    await journal.find("ready");
    client.send(pool.frames(0, 20));
    await journal.find("reply 19");
    const broken = journal.entries.filter((entry) => entry.includes("broken"));
    expect(broken).toEqual(compared.map((reply) => `reply ${reply} broken 0`));
  });

  it("keeps no timer once it is ready", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    cleanups.push(() => void vi.useRealTimers());
    const server = await serve();
    const { client, journal } = createClient(server.url);
    client.connect();
    expect(vi.getTimerCount()).toBe(1);
    await journal.find("ready");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("reads frames that come in one piece with the handshake", async () => {
    const server = await serve({
      answer: (accept) =>
        `HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n${serverFrame(0x81, "hello").toString("latin1")}`,
    });
    const { client, journal } = createClient(server.url);
    client.connect();
    await journal.find("unexpected");
    expect(journal.entries).toEqual(["ready", "unexpected"]);
  });

  it("answers a ping with a masked pong", async () => {
    const pong = deferred();
    const server = await serve({
      opened: (peer) => peer.send(9, "are you there"),
      frame: (_, opcode, payload) => pong.resolve(`${opcode} ${payload}`),
    });
    createClient(server.url).client.connect();
    expect(await pong.promise).toBe("10 are you there");
  });

  it("answers a close frame and says why the server left", async () => {
    const answer = deferred();
    const server = await serve({
      opened: (peer) => peer.send(8, Buffer.from("\x03\xf1too long", "latin1")),
      frame: (_, opcode, payload) => answer.resolve(`${opcode} ${payload.toString("hex")}`),
    });
    const { client, journal } = createClient(server.url);
    client.connect();
    expect(await journal.find("lost")).toBe(
      'lost: closed by the server: 1009 message too big "too long"',
    );
    expect(await answer.promise).toBe("8 03f1");
    expect(client.isOpen).toBe(false);
  });

  it("tells an end without a close frame from a protocol error", async () => {
    const ending = await serve({ opened: ({ socket }) => void socket.end() });
    const one = createClient(ending.url);
    one.client.connect();
    expect(await one.journal.find("lost")).toContain("without a close frame");
    const masking = await serve({
      opened: ({ socket }) => void socket.write("\x81\x81abcd.", "latin1"),
    });
    const two = createClient(masking.url);
    two.client.connect();
    expect(await two.journal.find("lost")).toContain("masked frame");
  });

  it("leaves with a close frame and reports nothing", async () => {
    const frames: string[] = [];
    const server = await serve({
      frame: (peer, opcode, payload) => {
        frames.push(`${opcode} ${payload.toString("hex")}`);
        if (opcode === 8) peer.send(8, payload);
      },
    });
    const { client, journal } = createClient(server.url);
    client.connect();
    await journal.find("ready");
    await new Promise<void>((resolve) => client.close(resolve));
    expect(frames).toEqual(["8 03e8"]);
    expect(journal.entries).toEqual(["ready"]);
  });

  it("connects again from within the report, and settles each attempt once", async () => {
    let attempts = 0;
    const server = await serve({
      answer: (accept) => {
        attempts += 1;
        if (attempts === 1) return "HTTP/1.1 503 Full\r\nContent-Length: 0\r\n\r\n";
        return `HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
      },
    });
    const { client, journal } = createClient(server.url);
    const onSettled = vi.fn();
    client.onSettled = onSettled;
    const { ended } = journal;
    journal.ended = (...args) => {
      ended.apply(journal, args);
      client.connect();
    };
    client.connect();
    await journal.find("ready");
    expect(journal.entries).toEqual(["failed: handshake answered 503 Full", "ready"]);
    expect(onSettled).toHaveBeenCalledOnce();
  });

  it.each([
    [
      "another status with its body",
      "HTTP/1.1 429 Too Many\r\nContent-Length: 4\r\n\r\nslow",
      undefined,
      'failed: handshake answered 429 Too Many: "slow"',
    ],
    [
      "403 without an Origin",
      "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
      undefined,
      "failed: handshake answered 403 Forbidden; the server probably refuses the Origin (none was sent): give one that it allows with --origin",
    ],
    [
      "403 with an Origin",
      "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
      "http://a.test",
      "failed: handshake answered 403 Forbidden; the server probably refuses the Origin (http://a.test was sent): give one that it allows with --origin",
    ],
    [
      "a wrong accept",
      "HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
      undefined,
      "failed: handshake invalid: the Sec-WebSocket-Accept header",
    ],
  ])("reports %s", async (_, answer, origin, reason) => {
    const server = await serve({ answer: () => answer });
    const { client, journal } = createClient(server.url, origin === undefined ? {} : { origin });
    client.connect();
    expect(await journal.find("failed")).toContain(reason);
    expect(journal.entries).toHaveLength(1);
  });

  it("reports a refused connection", async () => {
    const server = await startWireServer();
    await server.close();
    const { client, journal } = createClient(server.url);
    client.connect();
    expect(await journal.find("failed")).toMatch(
      /^failed: connection refused \(ECONNREFUSED\): nothing listens on 127.0.0.1 port \d+; start/,
    );
  });

  it("gives up a server that does not answer", async () => {
    const server = await serve({ answer: () => "" });
    const { client, journal } = createClient(server.url, { connectTimeoutMs: 20 });
    client.connect();
    expect(await journal.find("failed")).toBe(
      "failed: timed out after 20 ms for the answer to the handshake",
    );
  });
});

function deferred(): { promise: Promise<string>; resolve: (value: string) => void } {
  let resolve!: (value: string) => void;
  const promise = new Promise<string>((yes) => {
    resolve = yes;
  });
  return { promise, resolve };
}
