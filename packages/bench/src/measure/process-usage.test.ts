import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canReadProcesses, ProcessUsage } from "./process-usage.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bench-proc-"));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

interface Fake {
  readonly pid: number;
  readonly ticks: number;
  readonly started?: number;
  readonly state?: string;
  readonly rssKib?: number;
  /** Nanoseconds by thread id. */
  readonly threads?: Readonly<Record<number, number>>;
  readonly children?: readonly number[];
}

/** Writes what the kernel would show of a process. */
function show(fake: Fake): void {
  const { pid, ticks, started = 100, state = "S", rssKib = 1_000, children = [] } = fake;
  hide(pid);
  mkdirSync(join(root, `${pid}`, "task", `${pid}`), { recursive: true });
  const zeros = (count: number) => Array.from({ length: count }, () => 0).join(" ");
  const after = `${state} 1 ${zeros(9)} ${ticks} 0 ${zeros(6)} ${started} 0 0`;
  writeFileSync(join(root, `${pid}`, "stat"), `${pid} (a (very) odd) name) ${after}\n`);
  writeFileSync(join(root, `${pid}`, "status"), `Name:\todd\nVmRSS:\t  ${rssKib} kB\n`);
  writeFileSync(join(root, `${pid}`, "task", `${pid}`, "children"), `${children.join(" ")} `);
  for (const [thread, nanoseconds] of Object.entries(fake.threads ?? {})) {
    mkdirSync(join(root, `${pid}`, "task", thread), { recursive: true });
    writeFileSync(join(root, `${pid}`, "task", thread, "schedstat"), `${nanoseconds} 5 6\n`);
  }
}

function hide(pid: number): void {
  rmSync(join(root, `${pid}`), { recursive: true, force: true });
}

describe("ProcessUsage", () => {
  it("counts nanoseconds of all threads when the kernel has them", () => {
    show({ pid: 10, ticks: 123, threads: { 10: 1_230_000_001, 11: 5_000_000 }, rssKib: 64 });
    const reading = new ProcessUsage(10, root).read();
    expect(reading.cpuSeconds).toBeCloseTo(1.235000001, 9);
    expect(reading).toMatchObject({ rssBytes: 65_536, cpuErrorSeconds: 0 });
  });

  it("counts ticks otherwise and says how coarse they are", () => {
    show({ pid: 10, ticks: 123 });
    expect(new ProcessUsage(10, root).read()).toMatchObject({
      cpuSeconds: 1.23,
      cpuErrorSeconds: 0.02,
    });
  });

  it("does not fall when a thread ends, and adds what it used after the last look", () => {
    const usage = new ProcessUsage(10, root);
    show({ pid: 10, ticks: 200, threads: { 10: 1e9, 11: 1e9 } });
    expect(usage.read().cpuSeconds).toBe(2);
    show({ pid: 10, ticks: 250, threads: { 10: 1.1e9 } });
    expect(usage.read().cpuSeconds).toBeCloseTo(2.5, 9);
    show({ pid: 10, ticks: 260, threads: { 10: 1.2e9 } });
    expect(usage.read().cpuSeconds).toBeCloseTo(2.6, 9);
  });

  it("counts children and grandchildren", () => {
    show({ pid: 10, ticks: 100, children: [20] });
    show({ pid: 20, ticks: 200, children: [30, 31] });
    show({ pid: 30, ticks: 300 });
    show({ pid: 31, ticks: 400 });
    expect(new ProcessUsage(10, root).read()).toMatchObject({
      cpuSeconds: 10,
      rssBytes: 4 * 1_024_000,
    });
  });

  it("keeps the CPU time of a child that has gone, and drops its memory", () => {
    const usage = new ProcessUsage(10, root);
    show({ pid: 10, ticks: 100, children: [20] });
    show({ pid: 20, ticks: 300 });
    expect(usage.read().cpuSeconds).toBe(4);
    hide(20);
    show({ pid: 10, ticks: 150 });
    expect(usage.read()).toMatchObject({ cpuSeconds: 4.5, rssBytes: 1_024_000 });
  });

  it("goes on counting a child whose parent has gone", () => {
    const usage = new ProcessUsage(10, root);
    show({ pid: 10, ticks: 0, children: [20] });
    show({ pid: 20, ticks: 0, children: [30] });
    show({ pid: 30, ticks: 100 });
    expect(usage.read().cpuSeconds).toBe(1);
    hide(20);
    show({ pid: 10, ticks: 0 });
    show({ pid: 30, ticks: 250 });
    expect(usage.read().cpuSeconds).toBe(2.5);
  });

  it("does not count a stranger that got the pid of a child", () => {
    const usage = new ProcessUsage(10, root);
    show({ pid: 10, ticks: 0, children: [20] });
    show({ pid: 20, ticks: 100, started: 5 });
    usage.read();
    show({ pid: 10, ticks: 0 });
    show({ pid: 20, ticks: 9_900, started: 77 });
    expect(usage.read().cpuSeconds).toBe(1);
  });

  it.each([
    ["is not there", () => undefined],
    ["has ended and waits for its parent", () => show({ pid: 10, ticks: 1, state: "Z" })],
  ])("names a process that %s", (_, prepare) => {
    prepare();
    expect(() => new ProcessUsage(10, root).read()).toThrow("There is no process 10");
  });

  it("says that a process has ended which was there before", () => {
    show({ pid: 10, ticks: 1 });
    const usage = new ProcessUsage(10, root);
    usage.read();
    hide(10);
    expect(() => usage.read()).toThrow("The server's process 10 has ended during the run");
  });

  it.runIf(canReadProcesses())("agrees with the kernel about a busy child", async () => {
    const program = "const end = Date.now() + 200; while (Date.now() < end); console.log('done');";
    const child = spawn(process.execPath, ["-e", `${program} setInterval(() => {}, 1000)`], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      await once(child.stdout, "data");
      const reading = new ProcessUsage(child.pid ?? 0).read();
      expect(reading.cpuSeconds).toBeGreaterThan(0.1);
      expect(reading.cpuSeconds).toBeLessThan(2);
      expect(reading.rssBytes).toBeGreaterThan(10_000_000);
    } finally {
      child.kill("SIGKILL");
    }
  });
});
