import { join } from "node:path";
import type { App, AppOptions } from "@windlass/app";
import { describe, expect, it } from "vitest";
import { Opcode } from "../support/frames.ts";
import { JournalingComponent } from "../support/journaling-component.ts";
import { type RunningNginx, startNginx } from "../support/nginx.ts";
import { type HandshakeOverrides, handshakeRequest, RawClient } from "../support/raw-client.ts";
import { type RunningApp, startApp } from "../support/start-app.ts";
import { tempDir } from "../support/temp-dir.ts";
import { TextClient } from "../support/text-client.ts";

/** Not the address that nginx connects from, so the two cannot be taken for each other. */
const localAddress = "127.0.0.2";
const timeout = 120_000;

interface Stage {
  readonly component: JournalingComponent;
  readonly running: RunningApp;
  readonly nginx: RunningNginx;
}

/** An App behind nginx. */
async function startStage(
  options: AppOptions & { readonly address?: string } = { trustedProxies: ["127.0.0.1"] },
): Promise<Stage> {
  const component = new JournalingComponent();
  component.onMessage = (connection, message): void => void connection.send(message);
  const declare = (app: App): void => {
    app.route("/ws/chat", component);
    app.http("/ws/status", (_request, { ip }) => Response.json({ ip }));
  };
  const running = await startApp(declare, { httpHost: "example.com", ...options });
  const { address } = options;
  const upstream = address === undefined ? `127.0.0.1:${running.port}` : `unix:${address}`;
  return { component, running, nginx: await startNginx(upstream) };
}

/** A handshake as a browser on a page of example.com sends it. */
function browserHandshake(headers: HandshakeOverrides["headers"] = {}): HandshakeOverrides {
  return { headers: { Host: "example.com", Origin: "https://example.com", ...headers } };
}

async function connectThrough({ nginx }: Stage): Promise<RawClient> {
  return await RawClient.connect({ port: nginx.httpPort, host: "127.0.0.1", localAddress });
}

async function openThrough(
  { nginx, component }: Stage,
  headers: HandshakeOverrides["headers"] = {},
): Promise<{ readonly ip: string; readonly scheme: string; readonly client: RawClient }> {
  const target = { port: nginx.httpPort, host: "127.0.0.1", localAddress };
  const client = await RawClient.open(target, "/ws/chat", browserHandshake(headers));
  const { handshake } = await component.opens.find();
  return { ip: handshake.ip, scheme: handshake.scheme, client };
}

describe("behind nginx as the guide configures it", { timeout }, () => {
  it("ws works, with the address and the scheme of the client", async () => {
    const stage = await startStage();
    const { client, ip, scheme } = await openThrough(stage);
    expect({ ip, scheme }).toEqual({ ip: localAddress, scheme: "ws" });
    client.writeText("hällo");
    expect(await client.text()).toBe("hällo");
    const large = Buffer.alloc(60_000, 1);
    client.writeFrame(Opcode.Binary, large);
    expect((await client.frame()).payload.equals(large)).toBe(true);
    const [connection] = stage.component.opens.entries;
    connection?.close(4_321, "see you");
    expect(await client.closeFrame()).toEqual({ code: 4_321, reason: "see you" });
    await client.ended();
  });

  it("wss works, with the address and the scheme of the client", async () => {
    const { component, nginx } = await startStage();
    const client = await TextClient.open(`wss://localhost:${nginx.httpsPort}/ws/chat`, {
      ca: nginx.certificate.cert,
      localAddress,
      origin: "https://example.com",
      headers: { Host: "example.com" },
    });
    client.send("encrypted");
    expect(await client.text()).toBe("encrypted");
    const { handshake } = await component.opens.find();
    expect(handshake).toMatchObject({ ip: localAddress, scheme: "wss", host: "example.com" });
    client.socket.close(4_000, "bye");
    const { event } = await component.closes.find();
    expect(event).toEqual({ code: 4_000, reason: "bye", wasClean: true, cause: "peer" });
  });

  it("what the client claims about itself does not count", async () => {
    const { ip, scheme } = await openThrough(await startStage(), {
      "X-Forwarded-For": "203.0.113.66",
      "X-Forwarded-Proto": "https",
      "X-Real-IP": "203.0.113.66",
      Forwarded: "for=203.0.113.66;proto=https",
    });
    expect({ ip, scheme }).toEqual({ ip: localAddress, scheme: "ws" });
  });

  it("a chain of proxies is followed through those that are trusted", async () => {
    // The client is a proxy itself here; the first entry is what its own client claimed.
    const { ip } = await openThrough(await startStage({ trustedProxies: ["127.0.0.0/30"] }), {
      "X-Forwarded-For": "203.0.113.66, 198.51.100.7, 127.0.0.3",
    });
    expect(ip).toBe("198.51.100.7");
  });

  it("without trustedProxies the client is nginx, whatever it says", async () => {
    const { ip, scheme } = await openThrough(await startStage({}));
    expect({ ip, scheme }).toEqual({ ip: "127.0.0.1", scheme: "ws" });
  });

  it("a unix socket works like a port", async () => {
    const address = join(tempDir(), "chat.sock");
    const stage = await startStage({ address, trustedProxies: ["unix"], unixSocketMode: 0o666 });
    const { client, ip, scheme } = await openThrough(stage);
    expect({ ip, scheme }).toEqual({ ip: localAddress, scheme: "ws" });
    client.writeText("through a file");
    expect(await client.text()).toBe("through a file");
  });

  it("a unix socket that is not trusted has no address", async () => {
    const address = join(tempDir(), "chat.sock");
    const { ip } = await openThrough(await startStage({ address, unixSocketMode: 0o666 }));
    expect(ip).toBe("");
  });

  it("plain HTTP routes are reached, beside the website", async () => {
    const { nginx } = await startStage();
    const ask = async (path: string) => {
      const client = await RawClient.connect({
        port: nginx.httpPort,
        host: "127.0.0.1",
        localAddress,
      });
      client.write(`GET ${path} HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n`);
      const { status, body } = await client.response();
      return { status, body };
    };
    expect(await ask("/ws/status")).toEqual({ status: 200, body: `{"ip":"${localAddress}"}` });
    expect(await ask("/hello.txt")).toEqual({ status: 200, body: "the website\n" });
    expect((await ask("/ws/chat")).status).toBe(426);
    expect((await ask("/ws/nothing")).status).toBe(404);
  });

  it("a refusal arrives as it was written, and the log names the client", async () => {
    const stage = await startStage();
    const client = await connectThrough(stage);
    const headers = browserHandshake({ Origin: "https://evil.example" });
    client.write(handshakeRequest("/ws/chat", headers));
    const { status, body } = await client.response();
    expect(status).toBe(403);
    expect(body).toMatch(/^ERR_ORIGIN_REFUSED: /);
    expect(stage.running.log.refusals).toMatchObject([{ rule: "origin", ip: localAddress }]);
  });

  it("a client that goes away without a word is noticed", async () => {
    const stage = await startStage();
    const { client } = await openThrough(stage);
    client.socket.resetAndDestroy();
    const { event } = await stage.component.closes.find();
    expect(event).toEqual({ code: 1006, reason: "", wasClean: false, cause: "peer" });
  });
});
