import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { demoTimeoutMs, startDemo } from "../support/demo.ts";
import { freePort } from "../support/free-port.ts";
import { tempDir } from "../support/temp-dir.ts";
import { bench } from "./bench-command.ts";
import { MisbehavingServer } from "./misbehaving-server.ts";

const short = ["--warmup", "100ms", "--duration", "500ms"];
const demo = "node --conditions=@windlass/source --import tsx apps/demo-chat/src/main.ts";

describe("broadcast", { timeout: demoTimeoutMs }, () => {
  it.each([
    ["one publisher", 1, []],
    ["a fixed rate", 1, ["--rate", "50"]],
    ["two workers", 1, ["--workers", "2", "--in-flight", "4"]],
    ["two publishers", 2, ["--in-flight", "4"]],
  ])("counts every delivery of the demo's chat with %s", async (_, publishers, args) => {
    const { port } = await startDemo();
    const members = ["--publishers", String(publishers), "--subscribers", "20"];
    const url = `ws://localhost:${port}/chat`;
    const { report, status } = await bench("broadcast", url, ...members, ...short, ...args);
    const { requests, expected, replies } = report.messages;
    expect(requests).toBeGreaterThan(0);
    expect([expected, replies]).toEqual([20 * requests, 20 * requests]);
    expect(report.connections).toMatchObject({ attempted: 20 + publishers, lost: {} });
    expect(report.failures).toEqual([]);
    expect(status).toBe(0);
  });

  it("finds deliveries missing where the server sends to the sender only", async () => {
    const server = await MisbehavingServer.start();
    const members = ["--subscribers", "5", "--rate", "100", "--drain", "200ms"];
    const { report, status } = await bench("broadcast", server.url, ...members, ...short);
    expect(report.messages.missing).toBe(5 * report.messages.requests);
    expect(status).toBe(1);
  });
});

describe("a server that is started for the run", { timeout: demoTimeoutMs }, () => {
  it("has its CPU time and memory measured, and is stopped at the end", async () => {
    const port = await freePort();
    const command = `PORT=${port} exec ${demo}`;
    const url = `ws://127.0.0.1:${port}/echo`;
    const { report, status } = await bench("echo", url, ...short, "--spawn", command);
    expect(report.failures).toEqual([]);
    expect(status).toBe(0);
    expect(report.server?.cpuSeconds).toBeGreaterThan(0);
    expect(report.server?.cpuSecondsPerMillion).toBeGreaterThan(0);
    expect(report.server?.rssAfterBytes).toBeGreaterThan(10_000_000);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });

  it("has the memory of an idle connection measured", async () => {
    const port = await freePort();
    const args = [
      "--connections",
      "200",
      "--hold",
      "200ms",
      "--spawn",
      `PORT=${port} exec ${demo}`,
    ];
    const { report } = await bench("connect", `ws://127.0.0.1:${port}/echo`, ...args);
    expect(report.failures).toEqual([]);
    expect(report.loop).toBe("none");
    expect(report.connections).toMatchObject({ attempted: 200, opened: 200 });
    expect(report.handshake?.count).toBe(200);
    expect(report.server).toHaveProperty("rssPerConnectionBytes");
  });
});

it("soak compares the end with the beginning", async () => {
  const server = await MisbehavingServer.start();
  const times = ["--warmup", "0", "--duration", "2s", "--interval", "500ms"];
  const args = ["--connections", "5", "--rate", "200", ...times];
  const { report } = await bench("soak", server.url, ...args, "--pid", String(process.pid));
  expect(report.failures).toEqual([]);
  expect(report.loop).toBe("open");
  expect(report.timeline.length).toBeGreaterThanOrEqual(3);
  expect(report.drift?.p50Ratio).toBeGreaterThan(0);
  expect(report.drift?.rssGrowthBytes).toEqual(expect.any(Number));
  expect(report.server?.pid).toBe(process.pid);
});

it("reconnect brings all clients back from each storm", async () => {
  const server = await MisbehavingServer.start();
  const args = ["--connections", "50", "--storms", "2", "--rest", "100ms", "--jitter", "100ms"];
  const { report } = await bench("reconnect", server.url, ...args);
  expect(report.failures).toEqual([]);
  expect(report.storms).toHaveLength(2);
  for (const storm of report.storms ?? []) {
    expect(storm).toMatchObject({ dropped: 50, reconnected: 50 });
    expect(storm.backAfter.count).toBe(50);
  }
  // One to try, 50 at first, and 50 after each storm.
  expect(server.connections).toBe(151);
});

it("settings come from a file, and options win over it", async () => {
  const server = await MisbehavingServer.start();
  const file = join(tempDir(), "bench.json");
  const settings = { url: server.url, connections: 3, duration: "300ms", warmup: 0, inFlight: 8 };
  writeFileSync(file, JSON.stringify(settings));
  const { report } = await bench("echo", "--config", file, "--connections", "4", "--rate", "100");
  expect(report.settings).toMatchObject({
    url: server.url,
    connections: 4,
    rate: 100,
    durationMs: 300,
  });
  expect(report.connections.attempted).toBe(4);
});

it("an adapter of one's own makes and reads the messages", async () => {
  const server = await MisbehavingServer.start();
  const file = join(tempDir(), "chat-adapter.mjs");
  writeFileSync(
    file,
    `const envelope = (format) => ({ format, before: '{"text":"', after: '"}', holdsPayload: true });
     export const adapter = { name: "chat", request: (format) => [envelope(format)], reply: envelope };`,
  );
  const { report, stdout } = await bench("echo", server.url, ...short, "--adapter", file);
  expect(report.messages.requests).toBeGreaterThan(0);
  expect(report.failures).toEqual([]);
  expect(report.settings.adapter).toBe(file);
  expect(stdout).toContain("All checks held");
});
