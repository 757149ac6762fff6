import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { bench, benchCommand } from "./bench-command.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const short = ["--connections", "10", "--warmup", "100ms", "--duration", "500ms"];

/** The Socket.IO server of the comparison; it leaves when its input ends. */
async function startSocketIo(): Promise<string> {
  const file = "bench/peers/src/servers/socket-io.ts";
  const args = ["--import", "tsx", "--conditions=@windlass/source", file];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(async () => {
    child.stdin.end();
    await once(child, "close");
  });
  const [line] = await once(createInterface(child.stdout), "line");
  const { port } = JSON.parse(String(line)) as { readonly port: number };
  return `ws://127.0.0.1:${port}/`;
}

it.each(["text", "binary"])("speaks to Socket.IO: %s", async (format) => {
  const args = ["--adapter", "socket.io", "--format", format, "--in-flight", "4"];
  const { report, status } = await bench("echo", await startSocketIo(), ...short, ...args);
  const { requests, replies, unexpected } = report.messages;
  expect(requests).toBeGreaterThan(100);
  expect([replies, unexpected]).toEqual([requests, 0]);
  expect(report.failures).toEqual([]);
  expect(status).toBe(0);
});

it("speaks to Socket.IO in a namespace, to all subscribers", async () => {
  const members = ["--publishers", "1", "--subscribers", "10", "--adapter", "socket.io/room"];
  const phases = ["--warmup", "100ms", "--duration", "500ms"];
  const { report } = await bench("broadcast", await startSocketIo(), ...members, ...phases);
  expect(report.messages.replies).toBe(10 * report.messages.requests);
  expect(report.failures).toEqual([]);
});

it("says why Socket.IO does not let a client in", async () => {
  const args = [...short, "--adapter", "socket.io/nowhere"];
  const { status, stderr } = await benchCommand("echo", await startSocketIo(), ...args);
  expect(stderr).toContain("Invalid namespace");
  expect(status).toBe(2);
});
