import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { runCommand } from "../support/run-command.ts";

const root = resolve(import.meta.dirname, "../..");
const tsc = join(root, "node_modules/typescript/bin/tsc");
/** The examples that need nothing but @windlass/app. */
const programs = ["chat", "echo", "subprotocol", "ip-block", "two-hosts"];

let folder = "";

/** pnpm as it runs this test, or through npx when vitest was started by hand. */
function pnpm(args: readonly string[], cwd: string): Promise<string> {
  const script = process.env["npm_execpath"];
  return script?.includes("pnpm")
    ? runCommand(process.execPath, [script, ...args], { cwd })
    : runCommand("npx", ["--yes", "pnpm@10", ...args], { cwd });
}

async function pack(name: string): Promise<string> {
  const destination = join(folder, "tarballs");
  const args = ["pack", "--pack-destination", destination];
  await pnpm(args, join(root, "packages", name));
  const files = await readdir(destination);
  const file = files.find((entry) => entry.startsWith(`windlass-${name}-`));
  if (file === undefined) throw new Error(`no tarball of ${name} in ${files.join(", ")}`);
  return `file:${join(destination, file)}`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "windlass-packages-"));
  await mkdir(join(folder, "tarballs"));
  await runCommand(process.execPath, [tsc, "-b", "packages/core", "packages/app"], { cwd: root });
  const manifest = {
    name: "consumer",
    private: true,
    type: "module",
    dependencies: { "@windlass/core": await pack("core"), "@windlass/app": await pack("app") },
    devDependencies: { "@types/node": "20.19.43" },
  };
  const compilerOptions = {
    strict: true,
    target: "ES2023",
    module: "NodeNext",
    types: ["node"],
    rootDir: ".",
    outDir: "out",
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, include: ["*.ts"] }),
  );
  for (const name of programs) {
    await copyFile(join(root, "examples", `${name}.ts`), join(folder, `${name}.ts`));
  }
  await runCommand("npm", ["install", "--no-audit", "--no-fund"], { cwd: folder });
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const children: ChildProcessWithoutNullStreams[] = [];
afterAll(() => {
  for (const child of children) child.kill();
});

test("the packed packages type-check under strict and run from a folder of their own", async () => {
  await runCommand(process.execPath, [tsc, "-p", "."], { cwd: folder });
  const child = spawn(process.execPath, ["out/chat.js"], {
    cwd: folder,
    env: { ...process.env, PORT: "0" },
  });
  children.push(child);
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += String(chunk);
  });
  child.stderr.pipe(process.stderr);
  while (!/ws:\/\/localhost:\d+/.test(output)) await once(child.stdout, "data");
  const port = /ws:\/\/localhost:(\d+)/.exec(output)?.[1];
  const alice = new WebSocket(`ws://localhost:${port}/chat`);
  const bob = new WebSocket(`ws://localhost:${port}/chat`);
  await Promise.all([once(alice, "open"), once(bob, "open")]);
  alice.send("hi bob");
  const [data] = await once(bob, "message");
  expect(String(data)).toBe("hi bob");
  alice.terminate();
  bob.terminate();
}, 120_000);

test("the tarballs hold sources and builds but no tests", async () => {
  const [core, app] = await Promise.all(
    ["core", "app"].map(async (name) => {
      const entries = await readdir(join(folder, "node_modules/@windlass", name), {
        recursive: true,
      });
      return entries.filter((entry) => typeof entry === "string");
    }),
  );
  for (const entries of [core, app]) {
    expect(entries).toContain("dist/index.js");
    expect(entries).toContain("dist/index.d.ts");
    expect(entries).toContain("src/index.ts");
    expect(entries).toContain("LICENSE");
    expect(entries?.filter((entry) => entry.includes(".test."))).toEqual([]);
  }
});
