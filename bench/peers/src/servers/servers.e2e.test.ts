import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ensureBinary, installTimeoutMs } from "../../../../test/support/debian-package.ts";
import { peerCommand } from "../compare/peer-command.ts";
import { choosePeers, type Peer, peers, typedPeerName } from "../compare/peers.ts";
import { RunningPeer } from "../compare/running-peer.ts";
import { peerOrigin } from "./origin.ts";
import { PeerClient } from "./peer-client.test-helper.ts";
import { adapter } from "./windlass-typed-adapter.ts";

const running: RunningPeer[] = [];
const clients: PeerClient[] = [];

// Two of the servers bring a Redis of their own.
beforeAll(async () => {
  await ensureBinary({ binary: "/usr/bin/redis-server", package: "redis-server" });
}, installTimeoutMs);

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function start(peer: Peer): Promise<RunningPeer> {
  const server = await RunningPeer.start(peer, peerCommand(peer, "source") ?? []);
  running.push(server);
  return server;
}

async function connect(server: RunningPeer, path: "/echo" | "/room"): Promise<PeerClient> {
  const client = await PeerClient.connect(server, path);
  clients.push(client);
  return client;
}

/** Bun's package has no binary for some platforms; `compare` leaves it out there, too. */
const startable = peers.filter((peer) => peerCommand(peer, "source") !== undefined);
const untyped = startable.filter(({ name }) => name !== typedPeerName);

describe.each(untyped)("server $name", (peer) => {
  it("echoes text as text and binary as binary, up to 16 KiB", async () => {
    const client = await connect(await start(peer), "/echo");
    client.sendText("grüße");
    expect(await client.receive()).toEqual({ data: "grüße", isBinary: false });
    client.sendBinary("bytes");
    expect(await client.receive()).toEqual({ data: "bytes", isBinary: true });
    const large = "x".repeat(16_384);
    client.sendBinary(large);
    expect(await client.receive()).toEqual({ data: large, isBinary: true });
  });

  it("sends what one says in the room to all others, once, and not to the sender", async () => {
    const server = await start(peer);
    const [ann, bob, eve] = await Promise.all([1, 2, 3].map(() => connect(server, "/room")));
    ann?.sendText("from ann");
    expect(await bob?.receive()).toEqual({ data: "from ann", isBinary: false });
    expect(await eve?.receive()).toEqual({ data: "from ann", isBinary: false });
    bob?.sendText("from bob");
    // Order is kept on each connection: an echo of her own words, or a second copy, would come first.
    expect(await ann?.receive()).toEqual({ data: "from bob", isBinary: false });
    expect(await eve?.receive()).toEqual({ data: "from bob", isBinary: false });
  });
});

describe.each(startable)("program of $name", (peer) => {
  it("collects its garbage when told to, and ends when nobody needs it any more", async () => {
    const server = await start(peer);
    await server.collectGarbage();
    await server.collectGarbage();
    await server.stop();
    expect(() => process.kill(server.pid, 0)).toThrow("ESRCH");
  });
});

describe(`server ${typedPeerName}`, () => {
  const startTyped = async (): Promise<RunningPeer> => {
    const [peer] = choosePeers([typedPeerName]);
    if (peer === undefined) throw new Error("there is no typed server");
    return await start(peer);
  };

  it("answers the adapter's request with the fields that it was sent", async () => {
    const client = await connect(await startTyped(), "/echo");
    const [request] = adapter.request("text", 0);
    client.sendText(`${request?.before}hello${request?.after}`);
    const { data } = await client.receive();
    const { before, after } = adapter.reply("text", 0);
    expect(data).toBe(`${before}hello${after}`);
    const fields = { text: "hello", count: 42, flag: true };
    expect(JSON.parse(data)).toEqual({ type: "response", id: 1, data: fields });
  });

  it("validates all three fields", async () => {
    const client = await connect(await startTyped(), "/echo");
    const wrong = { text: 1, count: 1.5, flag: null };
    client.sendText(JSON.stringify({ type: "request", id: 1, name: "echo", data: wrong }));
    const { details } = JSON.parse((await client.receive()).data);
    const paths = details.map(({ path }: { readonly path: readonly string[] }) => path);
    expect(paths).toEqual([["text"], ["count"], ["flag"]]);
  });

  it("sends every payload of the generator back", async () => {
    const { url, adapter: module, subprotocols } = (await startTyped()).target("/echo");
    const main = fileURLToPath(new URL("../main.ts", import.meta.url));
    const source = ["--conditions=@windlass/source", "--import", "tsx", main];
    const speech = ["--adapter", module, "--subprotocol", ...subprotocols, "--origin", peerOrigin];
    const load = "--connections 4 --in-flight 16 --warmup 0 --duration 200ms".split(" ");
    const command = [...source, "echo", url, ...speech, ...load];
    // Rejects unless the exit status is 0.
    const { stdout } = await promisify(execFile)(process.execPath, command);
    expect(stdout).toContain("All checks held");
  });
});

describe("RunningPeer", () => {
  it("says what a program said that never came to listen", async () => {
    const [peer] = peers;
    if (peer === undefined) throw new Error("there are no peers");
    const command = [process.execPath, "-e", "console.error('no such port'); process.exit(1)"];
    await expect(RunningPeer.start(peer, command)).rejects.toThrow(/ended.*\nno such port/s);
  });

  it("says so when there is no such program", async () => {
    const [peer] = peers;
    if (peer === undefined) throw new Error("there are no peers");
    await expect(RunningPeer.start(peer, ["/no/such/program"])).rejects.toThrow("ENOENT");
  });
});
