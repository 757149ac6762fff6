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
/** What a server and its clients install; each depends on those before it. */
const packages = ["core", "protocol", "app", "client", "broker-lmdb", "broker-redis"];
/** The examples that need nothing else, except ws as the WebSocket of the client. */
const programs = [
  "chat",
  "echo",
  "subprotocol",
  "ip-block",
  "two-hosts",
  "durable",
  "typed/protocol",
  "typed",
  "typed-client",
];

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
  const projects = packages.map((name) => `packages/${name}`);
  await runCommand(process.execPath, [tsc, "-b", ...projects], { cwd: root });
  const tarballs: Record<string, string> = {};
  for (const name of packages) tarballs[`@windlass/${name}`] = await pack(name);
  const manifest = {
    name: "consumer",
    private: true,
    type: "module",
    dependencies: { ...tarballs, ws: "8.23.0", zod: "4.6.7" },
    devDependencies: { "@types/node": "20.19.43", "@types/ws": "8.18.2" },
  };
  const compilerOptions = {
    strict: true,
    target: "ES2023",
    module: "NodeNext",
    types: ["node"],
    rewriteRelativeImportExtensions: true,
    rootDir: ".",
    outDir: "out",
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, include: ["*.ts", "typed/*.ts"] }),
  );
  await mkdir(join(folder, "typed"));
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

/** Starts a compiled example and waits for the URL that it prints. */
async function start(name: string): Promise<string> {
  const child = spawn(process.execPath, [`out/${name}.js`], {
    cwd: folder,
    env: { ...process.env, PORT: "0" },
  });
  children.push(child);
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += String(chunk);
  });
  child.stderr.pipe(process.stderr);
  while (!/ws:\/\/\S+:\d+\n/.test(output)) await once(child.stdout, "data");
  return `ws://localhost:${/:(\d+)\n/.exec(output)?.[1]}`;
}

test("the packed packages type-check under strict in a folder of their own", async () => {
  await runCommand(process.execPath, [tsc, "-p", "."], { cwd: folder });
}, 120_000);

test("they serve a chat there", async () => {
  const url = await start("chat");
  const alice = new WebSocket(`${url}/chat`);
  const bob = new WebSocket(`${url}/chat`);
  await Promise.all([once(alice, "open"), once(bob, "open")]);
  alice.send("hi bob");
  const [data] = await once(bob, "message");
  expect(String(data)).toBe("hi bob");
  alice.terminate();
  bob.terminate();
});

test("they serve typed messages to their client there", async () => {
  const env = { ...process.env, SERVER: `${await start("typed")}/chat?nick=carla` };
  const output = await runCommand(process.execPath, ["out/typed-client.js"], { cwd: folder, env });
  expect(output).toContain("carla: hello\n");
  expect(output).toContain("1 forgotten\n");
});

test("the tarballs hold sources and builds but no tests", async () => {
  for (const name of packages) {
    const installed = join(folder, "node_modules/@windlass", name);
    const entries = await readdir(installed, { recursive: true });
    expect(entries).toContain("dist/index.js");
    expect(entries).toContain("dist/index.d.ts");
    expect(entries).toContain("src/index.ts");
    expect(entries).toContain("LICENSE");
    expect(entries.filter((entry) => /\.test[.-]/.test(entry))).toEqual([]);
  }
});
