import { expect, it } from "vitest";
import { bench } from "./bench-command.ts";
import { MisbehavingServer } from "./misbehaving-server.ts";

const stallMs = 500;
const common = ["--connections", "10", "--warmup", "0", "--duration", "1500ms", "--drain", "1s"];

// Less than the stall by what HdrHistogram rounds (three digits) and a timer may be early.
const stallUs = 0.95 * stallMs * 1_000;

it("an open loop shows a stall in p99: messages are due although the server stands still", async () => {
  const server = await MisbehavingServer.start({ stallsAt: 200, stallMs });
  // 500 messages per second for 1.5 s: a third of them fall due in the stall, 7 % in the first 100 ms of it.
  const { report, status } = await bench("echo", server.url, ...common, "--rate", "500");
  expect(report.loop).toBe("open");
  expect(report.latency?.p99Us).toBeGreaterThan(0.8 * stallUs);
  expect(report.latency?.maxUs).toBeGreaterThan(stallUs);
  // No reply is wrong: a stall is not a failure.
  expect(report.messages.replies).toBe(report.messages.requests);
  expect(status).toBe(0);
});

it("a closed loop hides the stall in all but its maximum, and says so", async () => {
  const server = await MisbehavingServer.start({ stallsAt: 200, stallMs });
  const { report, stdout } = await bench("echo", server.url, ...common);
  expect(report.loop).toBe("closed");
  expect(report.latency?.maxUs).toBeGreaterThan(stallUs);
  // Ten messages waited for the server to go on. They are fewer than one in a hundred.
  expect(report.messages.replies).toBeGreaterThan(1_000);
  expect(report.latency?.p99Us).toBeLessThan(stallUs);
  expect(report.warnings.join()).toMatch(/Closed loop: .*stall.*--rate/);
  expect(stdout).toContain("closed loop");
  expect(stdout).toContain("coordinated omission");
});
