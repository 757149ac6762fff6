import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { acceptsConnections } from "./accepts-connections.ts";
import { ProcessGroup } from "./process-group.ts";
import { canReadProcesses } from "./process-usage.ts";
import { SpawnedServer, type SpawnOptions } from "./spawned-server.ts";

const host = "127.0.0.1";
const started: SpawnedServer[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A command line for a Node program; it must hold no double quotes. */
function node(program: string): string {
  return `${process.execPath} -e "${program}"`;
}

const listener = (port: number): string =>
  `require('net').createServer().listen(${port}, '${host}');`;

async function start(options: Partial<SpawnOptions> & { command: string }): Promise<SpawnedServer> {
  const port = options.port ?? (await freePort());
  const server = await SpawnedServer.start({ host, port, stopGraceMs: 300, ...options });
  started.push(server);
  return server;
}

async function failure(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error.message : `no error: ${String(error)}`;
}

describe("SpawnedServer", () => {
  it("waits until connections are accepted and ends the server when stopped", async () => {
    const port = await freePort();
    const server = await start({ command: node(listener(port)), port });
    expect(await acceptsConnections(host, port)).toBe(true);
    await server.stop();
    expect(await acceptsConnections(host, port)).toBe(false);
    expect(new ProcessGroup(server.pid).isAlive).toBe(false);
    expect(await server.ended).toContain("SIGTERM");
  });

  it.runIf(canReadProcesses())("is the process of the server itself, not of a shell", async () => {
    const port = await freePort();
    const server = await start({ command: node(listener(port)), port });
    expect(readFileSync(`/proc/${server.pid}/cmdline`, "utf8")).toMatch(/^[^\0]*node/);
  });

  it("runs lines that need a shell", async () => {
    const port = await freePort();
    const program = node(`if (process.env.SIZE === '7') ${listener(port)}`);
    const server = await start({ command: `cd / && SIZE=7 ${program}`, port });
    await server.stop();
    expect(new ProcessGroup(server.pid).isAlive).toBe(false);
  });

  it("kills a group that does not care about SIGTERM, children included", async () => {
    const port = await freePort();
    const stubborn = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);";
    const child = `require('child_process').spawn(process.execPath, ['-e', \`${stubborn}\`]);`;
    const command = node(`${stubborn} ${child.replaceAll("`", "\\`")} ${listener(port)}`);
    const server = await start({ command, port, stopGraceMs: 100 });
    await server.stop();
    expect(new ProcessGroup(server.pid).isAlive).toBe(false);
    expect(await server.ended).toContain("SIGKILL");
  });

  it("says how a command ended that did not come up, with its last lines", async () => {
    const program = "for (let i = 0; i < 40; i++) console.error('line', i); process.exit(3);";
    const message = await failure(start({ command: node(program) }));
    expect(message).toContain("ended (exit status 3). It printed last:\n  line 28\n");
    expect(message).toMatch(/ {2}line 39$/);
  });

  it("gives up in time when nothing listens, and leaves nothing behind", async () => {
    const directory = mkdtempSync(join(tmpdir(), "bench-spawn-"));
    const file = join(directory, "pid");
    const program = `require('fs').writeFileSync('${file}', '' + process.pid); console.error('idle'); setInterval(() => {}, 1000);`;
    const message = await failure(start({ command: node(program), startTimeoutMs: 400 }));
    expect(message).toContain("did not accept connections");
    expect(message).toContain("within 400 ms");
    expect(message).toContain("idle");
    expect(new ProcessGroup(Number(readFileSync(file, "utf8"))).isAlive).toBe(false);
    rmSync(directory, { recursive: true });
  });

  it("refuses to measure what listens there before", async () => {
    const other = createServer().listen(0, host);
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const message = await failure(start({ command: node(listener(port)), port }));
    expect(message).toContain("the wrong server would be measured");
    await new Promise((resolve) => other.close(resolve));
  });

  it("gives up with the reason of an abort", async () => {
    const controller = new AbortController();
    const command = node("setInterval(() => {}, 1000)");
    const pending = failure(start({ command, signal: controller.signal }));
    controller.abort(new Error("interrupted"));
    expect(await pending).toBe("interrupted");
  });

  it("tells when the server ends on its own", async () => {
    const port = await freePort();
    const program = `require('net').createServer(() => process.exit(9)).listen(${port}, '${host}');`;
    // The look whether it listens is a connection.
    const message = await failure(
      start({ command: node(program), port }).then((s) =>
        s.ended.then(Promise.reject.bind(Promise)),
      ),
    );
    expect(message).toContain("exit status 9");
  });
});
