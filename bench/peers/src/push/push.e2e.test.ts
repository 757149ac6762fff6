import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

/** Runs the command from source. Rejects unless the exit status is 0. */
function run(...args: readonly string[]) {
  const source = ["--conditions=@windlass/source", "--import", "tsx", main];
  return promisify(execFile)(process.execPath, [...source, ...args]);
}

describe("bench:push", () => {
  it("has its requests answered and its publications delivered, and says what it took", async () => {
    const few = "--rate 50 --seconds 1 --connections 5 --sockets 5".split(" ");
    const { stdout } = await run(...few);
    const rows = stdout.split("\n").map((line) => line.split(/ {2,}/));
    const names = rows.filter(({ length }) => length === 2).map(([name]) => name);
    expect(names.slice(1)).toEqual([
      "server CPU per signed request",
      "requests answered per second",
      "HTTP latency, p50 / p99",
      "statuses other than 200",
      "echo latency without push, p50 / p99",
      "echo latency with push, p50 / p99",
      "publications delivered",
      "generator CPU",
      "requests sent after due, p50 / p99",
    ]);
    expect(stdout).toMatch(/^statuses other than 200 +none$/m);
    const [, received, wanted] =
      /^publications delivered +([\d,]+) of ([\d,]+)$/m.exec(stdout) ?? [];
    expect(received).toBe(wanted);
    expect(Number(received?.replaceAll(",", ""))).toBeGreaterThanOrEqual(4 * 50);
  });

  it("does not begin with options that do not go together", async () => {
    await expect(run("--rate", "10")).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--connections: expected at most as many as --rate"),
    });
  });
});
