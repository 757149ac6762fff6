import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeaderList } from "../contract/header-list.ts";
import { type DirectPeer, resolveClient } from "./client-address.ts";

/** The proxies of these tests: 10.0.0.0/8, ::1 and the unix socket. */
const isTrusted = (ip: string): boolean => ip.startsWith("10.") || ip === "::1" || ip === "";

function resolve(peer: Partial<DirectPeer>, fields: Record<string, string> = {}) {
  const headers = new HeaderList();
  for (const [name, value] of Object.entries(fields)) headers.append(name, value);
  return resolveClient({ ip: "", proxiedIp: "", isTls: false, ...peer }, headers, isTrusted);
}

const forwarded = (ip: string, chain: string) => resolve({ ip }, { "x-forwarded-for": chain }).ip;

describe("resolveClient", () => {
  it("believes nothing an untrusted peer sends", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.ipV4(), (chain, proto, proxiedIp) => {
        const fields = { "x-forwarded-for": chain, "x-forwarded-proto": proto };
        const client = resolve({ ip: "203.0.113.7", proxiedIp }, fields);
        expect(client).toEqual({ ip: "203.0.113.7", scheme: "ws" });
      }),
    );
  });

  it("takes the scheme of the connection itself from an untrusted peer", () => {
    const client = resolve({ ip: "203.0.113.7", isTls: true }, { "x-forwarded-proto": "http" });
    expect(client.scheme).toBe("wss");
  });

  it.each([
    ["one proxy", "198.51.100.1", "198.51.100.1"],
    ["two proxies", "198.51.100.1, 10.0.0.2", "198.51.100.1"],
    ["what the client made up on the left", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"],
    ["only proxies", "10.0.0.3,10.0.0.2", "10.0.0.3"],
    ["a port", "198.51.100.1:4711", "198.51.100.1"],
    ["IPv6", "2001:DB8::1", "2001:db8::1"],
    ["IPv6 in brackets", "[2001:db8::1]", "2001:db8::1"],
    ["IPv6 with a port", "[2001:db8::1]:4711", "2001:db8::1"],
    ["IPv4 written as IPv6", "::ffff:198.51.100.1", "198.51.100.1"],
    ["a proxy written as IPv6", "198.51.100.1, ::ffff:10.0.0.9", "198.51.100.1"],
    ["white space", "  198.51.100.1 ,\t10.0.0.2 ", "198.51.100.1"],
    ["garbage at the end", "198.51.100.1, unknown", "10.0.0.1"],
    ["garbage behind a proxy", "unknown, 10.0.0.2", "10.0.0.2"],
    ["a host name", "client.example", "10.0.0.1"],
    ["an IPv4 address out of range", "999.1.1.1", "10.0.0.1"],
    ["nothing", "", "10.0.0.1"],
    ["an empty last entry", "198.51.100.1,", "10.0.0.1"],
  ])("reads X-Forwarded-For with %s", (_name, chain, ip) => {
    expect(forwarded("10.0.0.1", chain)).toBe(ip);
  });

  it("trusts a unix socket when it is among the trusted proxies", () => {
    expect(forwarded("", "198.51.100.1")).toBe("198.51.100.1");
    expect(resolve({ ip: "" }).ip).toBe("");
  });

  it("never answers an address that stands left of an untrusted one", () => {
    const hop = fc.oneof(fc.ipV4(), fc.constant("10.9.9.9"), fc.string({ maxLength: 5 }));
    fc.assert(
      fc.property(fc.array(hop, { maxLength: 6 }), (left) => {
        const chain = [...left, "198.51.100.1", "10.0.0.2"].join(", ");
        expect(forwarded("10.0.0.1", chain)).toBe("198.51.100.1");
      }),
    );
  });

  it.each([
    ["https", "wss"],
    ["WSS", "wss"],
    ["http", "ws"],
    ["ws", "ws"],
    // Each proxy appends; only the last one is known to be ours.
    ["http, https", "wss"],
    ["https,http", "ws"],
    ["gopher", "ws"],
  ])("reads X-Forwarded-Proto %j as %s", (proto, scheme) => {
    expect(resolve({ ip: "10.0.0.1" }, { "x-forwarded-proto": proto }).scheme).toBe(scheme);
  });

  it("keeps the scheme of the connection when a proxy does not name one", () => {
    expect(resolve({ ip: "10.0.0.1", isTls: true }).scheme).toBe("wss");
  });

  describe("with the PROXY protocol", () => {
    const headers = { "x-forwarded-for": "198.51.100.9", "x-forwarded-proto": "https" };

    it("takes its address from a trusted peer, and no headers from behind it", () => {
      const client = resolve({ ip: "10.0.0.1", proxiedIp: "203.0.113.7" }, headers);
      expect(client).toEqual({ ip: "203.0.113.7", scheme: "ws" });
    });

    it("goes on with the headers when its address is a trusted proxy too", () => {
      const client = resolve({ ip: "10.0.0.1", proxiedIp: "::ffff:10.0.0.5" }, headers);
      expect(client).toEqual({ ip: "198.51.100.9", scheme: "wss" });
    });

    it("is ignored when the peer is not trusted", () => {
      const client = resolve({ ip: "203.0.113.1", proxiedIp: "198.51.100.1" }, headers);
      expect(client).toEqual({ ip: "203.0.113.1", scheme: "ws" });
    });
  });
});
