import type { AppOptions, Handshake } from "@windlass/app";
import { describe, expect, it } from "vitest";
import { JournalingComponent } from "../support/journaling-component.ts";
import { proxyHeader } from "../support/proxy-header.ts";
import { type HandshakeOverrides, handshakeRequest, RawClient } from "../support/raw-client.ts";
import { startApp } from "../support/start-app.ts";

const client = { ip: "203.0.113.7", port: 50_000 };
const trusting: AppOptions = { trustedProxies: ["127.0.0.1"] };

type Seen = Pick<Handshake, "ip" | "scheme">;

/** What the handshake says about a client that sends these bytes. */
async function seenOf(
  options: AppOptions,
  { headers, prefix = "" }: HandshakeOverrides & { readonly prefix?: string | Uint8Array },
): Promise<Seen> {
  const component = new JournalingComponent();
  const { port } = await startApp((app) => app.route("/", component, ["*"]), options);
  const raw = await RawClient.connect(port);
  const request = handshakeRequest("/", headers === undefined ? {} : { headers });
  raw.write(Buffer.concat([Buffer.from(prefix), Buffer.from(request)]));
  expect((await raw.response()).status).toBe(101);
  const { ip, scheme } = (await component.opens.find()).handshake;
  return { ip, scheme };
}

describe("X-Forwarded-For and X-Forwarded-Proto", () => {
  const forwarded = { "X-Forwarded-For": client.ip, "X-Forwarded-Proto": "https" };
  const itself: Seen = { ip: "127.0.0.1", scheme: "ws" };

  it("of a peer that is no trusted proxy are ignored", async () => {
    expect(await seenOf({}, { headers: forwarded })).toEqual(itself);
    const others: AppOptions = { trustedProxies: ["10.0.0.0/8", "unix", "127.0.0.2"] };
    expect(await seenOf(others, { headers: forwarded })).toEqual(itself);
  });

  it("of a trusted proxy count", async () => {
    const seen = { ip: client.ip, scheme: "wss" };
    expect(await seenOf(trusting, { headers: forwarded })).toEqual(seen);
    const range: AppOptions = { trustedProxies: ["127.0.0.0/8"] };
    expect(await seenOf(range, { headers: forwarded })).toEqual(seen);
  });

  it("are read from the right as far as the proxies are trusted", async () => {
    const options: AppOptions = { trustedProxies: ["127.0.0.1", "10.0.0.0/8"] };
    const seen = await seenOf(options, {
      headers: {
        "X-Forwarded-For": "6.6.6.6, 203.0.113.7, 10.1.2.3, 10.0.0.1",
        "X-Forwarded-Proto": "http, https",
      },
    });
    expect(seen).toEqual({ ip: client.ip, scheme: "wss" });
  });

  it.each([
    ["203.0.113.7:50000", "203.0.113.7"],
    ["[2001:DB8:0::1]:50000", "2001:db8::1"],
    ["2001:db8::1", "2001:db8::1"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    // What is no address cannot be the client's: the proxy is as far as is known.
    ["unknown", "127.0.0.1"],
    ["203.0.113.7, _hidden", "127.0.0.1"],
    ["", "127.0.0.1"],
  ])("with %j give %s", async (value, ip) => {
    expect(await seenOf(trusting, { headers: { "X-Forwarded-For": value } })).toMatchObject({ ip });
  });

  it.each([
    ["https", "wss"],
    ["WSS", "wss"],
    ["http", "ws"],
    ["gopher", "ws"],
  ])("with protocol %s give %s", async (value, scheme) => {
    const headers = { "X-Forwarded-Proto": value };
    expect(await seenOf(trusting, { headers })).toMatchObject({ scheme });
  });

  it("decide who is counted and who is refused", async () => {
    const { port, log } = await startApp(
      (app) => app.route("/", new JournalingComponent(), ["*"], { maxConnectionsPerIp: 1 }),
      { ...trusting, blockIps: ["203.0.113.66"] },
    );
    const ask = async (ip: string): Promise<number> => {
      const raw = await RawClient.connect(port);
      raw.write(handshakeRequest("/", { headers: { "X-Forwarded-For": ip } }));
      return (await raw.response()).status;
    };
    expect(await ask("203.0.113.7")).toBe(101);
    expect(await ask("203.0.113.8")).toBe(101);
    expect(await ask("203.0.113.7")).toBe(429);
    expect(await ask("203.0.113.66")).toBe(403);
    expect(log.refusals).toMatchObject([{ ip: "203.0.113.7" }, { ip: "203.0.113.66" }]);
  });
});

describe("the PROXY protocol, version 2", () => {
  it("of a trusted proxy names the client", async () => {
    expect(await seenOf(trusting, { prefix: proxyHeader(client) })).toMatchObject({
      ip: client.ip,
    });
  });

  it("names IPv6 clients, too", async () => {
    const prefix = proxyHeader({ ip: "2001:db8:0:0:0:0:0:1", port: 1 });
    expect(await seenOf(trusting, { prefix })).toMatchObject({ ip: "2001:db8::1" });
  });

  it("of a peer that is no trusted proxy is ignored", async () => {
    const prefix = proxyHeader(client);
    expect(await seenOf({}, { prefix })).toMatchObject({ ip: "127.0.0.1" });
    const others: AppOptions = { trustedProxies: ["127.0.0.2", client.ip] };
    expect(await seenOf(others, { prefix })).toMatchObject({ ip: "127.0.0.1" });
  });

  it("makes the headers count only when it names a trusted proxy itself", async () => {
    const prefix = proxyHeader(client);
    const headers = { "X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https" };
    expect(await seenOf(trusting, { prefix, headers })).toEqual({ ip: client.ip, scheme: "ws" });
    const both: AppOptions = { trustedProxies: ["127.0.0.1", client.ip] };
    expect(await seenOf(both, { prefix, headers })).toEqual({ ip: "6.6.6.6", scheme: "wss" });
  });

  it("of a health check leaves the address of the proxy", async () => {
    expect(await seenOf(trusting, { prefix: proxyHeader() })).toMatchObject({ ip: "127.0.0.1" });
  });
});
