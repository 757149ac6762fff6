import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { launchChromium } from "../support/chromium.ts";
import { installTimeoutMs } from "../support/debian-package.ts";
import { tempDir } from "../support/temp-dir.ts";
import { benchCommand } from "./bench-command.ts";
import { MisbehavingServer } from "./misbehaving-server.ts";

const short = ["--connections", "5", "--warmup", "100ms", "--duration", "1s"];

describe("the files of a run", () => {
  it(
    "are the whole report, and a page that draws its plots without a network",
    async () => {
      const server = await MisbehavingServer.start();
      const [json, html] = [join(tempDir(), "report.json"), join(tempDir(), "report.html")];
      const run = await benchCommand("echo", server.url, ...short, "--json", json, "--html", html);
      expect(run.status).toBe(0);
      expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject({
        tool: { name: "windlass-bench" },
        settings: { scenario: "echo", url: server.url, durationMs: 1_000 },
        failures: [],
      });

      const browser = await launchChromium();
      onTestFinished(() => browser.close());
      const page = await browser.newPage();
      const complaints: string[] = [];
      const requests: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("request", (request) => requests.push(request.url()));
      await page.goto(pathToFileURL(html).href);
      const canvas = page.locator("canvas");
      await canvas.first().waitFor();
      expect(await canvas.count()).toBeGreaterThanOrEqual(2);
      const isDrawn = await canvas.evaluateAll((list) =>
        list.map((element) => {
          const { width, height } = element as HTMLCanvasElement;
          const image = (element as HTMLCanvasElement)
            .getContext("2d")
            ?.getImageData(0, 0, width, height);
          return image?.data.some((value) => value !== 0) === true;
        }),
      );
      expect(new Set(isDrawn)).toEqual(new Set([true]));
      expect(await page.locator("body").textContent()).toContain(server.url);
      expect(complaints).toEqual([]);
      expect(requests).toEqual([pathToFileURL(html).href]);
    },
    installTimeoutMs,
  );

  it("are refused before the run when they cannot be written", async () => {
    const server = await MisbehavingServer.start();
    const file = join(tempDir(), "missing", "report.json");
    const { status, stderr } = await benchCommand("echo", server.url, ...short, "--json", file);
    expect(stderr).toMatch(/^--json: .*report\.json cannot be written: there is no folder/);
    expect([status, server.connections]).toEqual([2, 0]);
  });
});

describe("what a run writes", () => {
  it("is the report to standard output and plain lines of progress to standard error", async () => {
    const server = await MisbehavingServer.start();
    const { stdout, stderr } = await benchCommand("echo", server.url, ...short);
    expect(stdout).toMatch(/^windlass-bench [\d.]+: echo ws:/);
    expect(stderr).toContain("measuring");
    expect(`${stdout}${stderr}`).not.toContain("\r");
  });

  it.each([
    ["--no-progress", /^windlass-bench /],
    ["--quiet", /^$/],
  ])("has no progress with %s", async (option, report) => {
    const server = await MisbehavingServer.start();
    const { stdout, stderr, status } = await benchCommand("echo", server.url, ...short, option);
    expect(stdout).toMatch(report);
    expect([stderr, status]).toEqual(["", 0]);
  });

  it("says only what failed when it is to be quiet", async () => {
    const server = await MisbehavingServer.start({ closes: (number) => number === 50 });
    const { stdout, stderr, status } = await benchCommand("echo", server.url, ...short, "--quiet");
    expect([stdout, status]).toEqual(["", 1]);
    expect(stderr).toMatch(/^1 connection was lost: .*1011/);
  });
});

it("the installed command exists and names its version", async () => {
  const { stdout, status } = await benchCommand("--version");
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(status).toBe(0);
});
