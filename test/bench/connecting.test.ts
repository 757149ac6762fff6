import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { freePort } from "../support/free-port.ts";
import { bench, benchCommand, benchWithFiles } from "./bench-command.ts";
import { MisbehavingServer } from "./misbehaving-server.ts";

const short = ["--connections", "5", "--warmup", "0", "--duration", "300ms"];

describe("a server that cannot be reached", () => {
  it("because nothing listens, is told in a sentence", async () => {
    const url = `ws://127.0.0.1:${await freePort()}/`;
    const { status, stderr, stdout } = await benchCommand("echo", url, ...short);
    expect(`${stdout}${stderr}`).toContain("connection refused (ECONNREFUSED)");
    expect(`${stdout}${stderr}`).not.toContain("    at ");
    expect(status).toBe(2);
  });

  it("because it answers 403, names the option for the origin", async () => {
    const handshake = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    const server = await MisbehavingServer.start({ handshake });
    const { status, stderr, stdout } = await benchCommand("echo", server.url, ...short);
    expect(`${stdout}${stderr}`).toMatch(/answered 403 Forbidden.*--origin/s);
    expect(status).toBe(2);
  });

  it("because it never answers, is not waited for longer than told", async () => {
    const server = await MisbehavingServer.start({ handshake: "" });
    const args = [...short, "--connect-timeout", "200ms"];
    const { status, stderr, stdout } = await benchCommand("echo", server.url, ...args);
    expect(`${stdout}${stderr}`).toContain("timed out after 200 ms");
    expect(status).toBe(2);
  });
});

describe("a server that is not on this machine", () => {
  const external = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal);

  it.skipIf(external === undefined)(
    "gets no packet without the option that says whose it is",
    async () => {
      const server = await MisbehavingServer.start({ address: "0.0.0.0" });
      const url = `ws://${external?.address}:${server.port}/`;
      const refused = await benchCommand("echo", url, ...short);
      expect(refused.status).toBe(2);
      expect(refused.stderr).toContain("--i-own-this-server");
      expect(server.connections).toBe(0);

      const { report } = await bench("echo", url, ...short, "--i-own-this-server");
      // One to try, and those of the run.
      expect(server.connections).toBe(6);
      expect(report.failures).toEqual([]);
    },
  );

  it("is not even looked up", async () => {
    const { status, stderr } = await benchCommand("connect", "ws://windlass.example/");
    expect(stderr).toMatch(
      /^url: expected a server on this machine .*seen "ws:\/\/windlass\.example\/"\.$/m,
    );
    expect(status).toBe(2);
  });
});

it("more connections than files may be open is told with the way to raise the limit", async () => {
  const server = await MisbehavingServer.start();
  const { status, stderr } = await benchWithFiles(
    150,
    "connect",
    server.url,
    "--connections",
    "400",
  );
  expect(stderr).toMatch(/the limit is 150.*ulimit -n \d+/s);
  expect(status).toBe(2);
  expect(server.connections).toBe(0);
});
