import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { canReadProcesses } from "../measure/process-usage.ts";
import { echoSettings } from "../report/report.test-helper.ts";
import { RunControl } from "./run-control.ts";
import { openServer } from "./server-under-test.ts";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("openServer", () => {
  it("cannot look into a server that it was told nothing of", async () => {
    const server = await openServer(echoSettings, new RunControl());
    expect([server.pid, server.read(), server.warnings]).toEqual([undefined, undefined, []]);
    await server.stop();
  });

  it.runIf(canReadProcesses())("reads the process of --pid", async () => {
    const server = await openServer({ ...echoSettings, pid: process.pid }, new RunControl());
    expect(server.read()?.rssBytes).toBeGreaterThan(1e6);
  });

  it.runIf(canReadProcesses())("names a --pid that is not there", async () => {
    const settings = { ...echoSettings, pid: 4_194_304 };
    await expect(openServer(settings, new RunControl())).rejects.toThrow(
      "--pid 4194304: there is no such process",
    );
  });

  it("ends the run with the last words of a spawned server that ends by itself", async () => {
    const port = await freePort();
    const program = `require('net').createServer(s => s.on('data', () => { console.error('out of luck'); process.exit(9); })).listen(${port}, '127.0.0.1')`;
    const settings = {
      ...echoSettings,
      url: `ws://127.0.0.1:${port}/`,
      spawn: `${process.execPath} -e "${program}"`,
    };
    const control = new RunControl();
    const server = await openServer(settings, control);
    const ended = control.until(new Promise(() => {}));
    connect(port, "127.0.0.1")
      .on("error", () => {})
      .write("x");
    await expect(ended).rejects.toThrow(
      /ended \(exit status 9\)\. It printed last:\n {2}out of luck/,
    );
    expect(server.read()).toBeUndefined();
    await server.stop();
  });
});
