import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BenchError } from "../contract/bench-error.ts";
import type { BenchSettings } from "../contract/settings.ts";
import { scenarioNames } from "../settings/scenario-schemas.ts";
import { settingDescriptions } from "../settings/setting-descriptions.ts";
import { createProgram } from "./create-program.ts";
import type { ProgramIo } from "./program-io.ts";
import { runProgram } from "./run-program.ts";

const url = "ws://127.0.0.1:8080/chat";

/** What a command line did. */
interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
  /** Those that the run was given; undefined when there was none. */
  readonly settings: BenchSettings | undefined;
}

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "windlass-bench-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

/** Runs a command line up to the run itself, which fails. */
async function run(...args: string[]): Promise<Outcome> {
  const written = { stdout: "", stderr: "" };
  let status = 0;
  let settings: BenchSettings | undefined;
  const io: ProgramIo = {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    cwd,
    setExitStatus: (value) => {
      status = value;
    },
  };
  const program = createProgram(io, (given) => {
    settings = given;
    return Promise.reject(new BenchError("no run in this test."));
  });
  await runProgram(program, args, io);
  return { ...written, status, settings };
}

async function settingsOf(...args: string[]): Promise<unknown> {
  const { settings, stderr } = await run(...args, "--no-progress");
  if (settings === undefined) throw new Error(stderr);
  return settings;
}

function write(name: string, content: unknown): string {
  writeFileSync(join(cwd, name), JSON.stringify(content));
  return name;
}

describe("the command line", () => {
  it("gives a run what its options say", async () => {
    const options = ["--message-bytes", "16k", "--format", "binary", "--in-flight", "4"];
    const phases = ["--duration", "500ms", "--warmup", "0", "--i-own-this-server"];
    expect(await settingsOf("echo", url, ...options, ...phases)).toMatchObject({
      scenario: "echo",
      url,
      messageBytes: 16_384,
      format: "binary",
      inFlight: 4,
      durationMs: 500,
      warmupMs: 0,
      iOwnThisServer: true,
      connections: 100,
    });
  });

  it("collects headers and subprotocols", async () => {
    const headers = ["--header", "Cookie: a=b; c=d", "--header", "X-Time:12:30"];
    const subprotocols = ["--subprotocol", "chat.v2", "--subprotocol", "chat.v1"];
    expect(await settingsOf("connect", url, ...headers, ...subprotocols)).toMatchObject({
      headers: { Cookie: "a=b; c=d", "X-Time": "12:30" },
      subprotocols: ["chat.v2", "chat.v1"],
    });
  });

  it("takes paths from its folder", async () => {
    writeFileSync(
      join(cwd, "mine.mjs"),
      "export const adapter = { name: 'mine', request: () => [], reply: () => ({}) };",
    );
    const adapter = join(cwd, "mine.mjs");
    expect(await settingsOf("echo", url, "--adapter", "mine.mjs")).toMatchObject({ adapter });
    const file = write("bench.json", { url, adapter: "./mine.mjs" });
    expect(await settingsOf("echo", "--config", file)).toMatchObject({ adapter });
  });

  it("puts options over the settings file", async () => {
    const file = write("bench.json", { url: "ws://127.0.0.1/a", connections: 5, inFlight: 7 });
    const settings = await settingsOf("echo", url, "--config", file, "--rate", "9.5");
    expect(settings).toMatchObject({ url, connections: 5, rate: 9.5 });
    expect(settings).not.toHaveProperty("inFlight");
  });

  it("exits with 2 and a sentence when the run cannot take place", async () => {
    const { status, stderr, stdout } = await run("echo", url, "--no-progress");
    expect([status, stderr, stdout]).toEqual([2, "no run in this test.\n", ""]);
  });
});

describe("a mistake on the command line", () => {
  it.each([
    [["echo", url, "--in-flihgt", "1"], "(Did you mean --in-flight?)"],
    [["ecko", url], "(Did you mean echo?)"],
    [["echo", url, "again"], "too many arguments"],
    [["echo", url, "--rate"], "argument missing"],
    [["echo", url, "--header", "none"], 'Expected "Name: value"'],
    [["echo"], 'url: expected where to connect to, such as "windlass-bench echo'],
    [["echo", "http://127.0.0.1/"], "url: expected the scheme ws:"],
    [
      ["echo", url, "--connections", "ten"],
      '--connections: expected a whole number from 1 to 1,000,000; seen "ten".',
    ],
    [["echo", url, "--message-bytes", "1g"], "--message-bytes: expected a size"],
    [["echo", url, "--rate", "1", "--in-flight", "1"], "--rate: expected either inFlight"],
    [["echo", url, "--header", "Origin: x"], "--header Origin: expected another header"],
    [["echo", url, "--adapter", "nobody"], 'adapter: expected "plain", "socket.io" or the path'],
    [["echo", url, "--config", "missing.json"], "missing.json: there is no such file"],
    [
      ["echo", url, "--json", "no/where.json"],
      "--json: no/where.json cannot be written: there is no folder",
    ],
    [["echo", url, "--json", "x", "--html", "./x"], "--html: ./x is the file of --json as well"],
    [["echo", url, "--html", "."], "--html: . cannot be written: it is a folder"],
    [[], "Usage: windlass-bench <scenario> [url] [options]"],
  ])("%j is told and exits with 2", async (args, sentence) => {
    const { status, stderr, settings } = await run(...args);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain("    at ");
    expect([status, settings]).toEqual([2, undefined]);
  });

  it("is named with the file when it is in one", async () => {
    const file = write("bench.json", { url, conections: 5, rate: -1, headers: { Upgrade: "x" } });
    const { stderr, status } = await run("echo", "--config", file);
    expect(stderr.trimEnd().split("\n").sort()).toEqual([
      expect.stringMatching(/^- bench\.json: conections: .*did you mean connections\?$/),
      expect.stringMatching(/^- bench\.json: headers\.Upgrade: expected another header/),
      expect.stringMatching(/^- bench\.json: rate: expected a number above 0/),
      "3 things are wrong:",
    ]);
    expect(status).toBe(2);
  });
});

describe("help", () => {
  it("lists the scenarios and ends with examples and the exit status", async () => {
    const { stdout, status } = await run("--help");
    for (const scenario of scenarioNames)
      expect(stdout).toMatch(new RegExp(`^ {2}${scenario} `, "m"));
    expect(stdout).toMatch(/Examples:\n.*windlass-bench echo ws:.*Exit status: 0/s);
    expect(status).toBe(0);
  });

  it.each(scenarioNames)("of %s shows every option with its default", async (scenario) => {
    const { stdout } = await run(scenario, "--help");
    const [, options = ""] = stdout.replaceAll(/\s+/g, " ").split(" Options: ");
    const blocks = ` ${options}`.split(" --");
    for (const { name, option, kind, fallback } of settingDescriptions(scenario)) {
      if (name === "url") continue;
      const flag = option ?? name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      const block = blocks.find((text) => text.startsWith(`${flag} `));
      const hasDefault = typeof fallback === "number" || ["duration", "choice"].includes(kind);
      expect(block).toContain(hasDefault ? `(default: ${fallback})` : flag);
    }
    expect(stdout).toContain(`windlass-bench ${scenario} `);
  });

  it("has only examples that would run", async () => {
    for (const scenario of scenarioNames) {
      const { stdout } = await run(scenario, "--help");
      const lines = [...stdout.matchAll(/^ {2}windlass-bench (.+)$/gm)].map(
        ([, line = ""]) => line,
      );
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) {
        const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, a, b]) => a ?? b ?? "");
        expect(await settingsOf(...words)).toMatchObject({ scenario });
      }
    }
  });
});

it("another program may add commands to it", async () => {
  const written: string[] = [];
  const output = { write: (text: string) => written.push(text) };
  const io: ProgramIo = { stdout: output, stderr: output, cwd, setExitStatus: () => {} };
  const program = createProgram(io);
  program.command("compare").action(() => void output.write("compared"));
  await runProgram(program, ["compare"], io);
  await runProgram(program, ["compare", "--nothing"], io);
  expect(written[0]).toBe("compared");
  expect(written[1]).toContain("unknown option '--nothing'");
});
