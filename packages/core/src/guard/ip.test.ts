import { describe, expect, it } from "vitest";
import { accept } from "../contract/guard.ts";
import { createHandshake, type Handshake } from "../contract/handshake.ts";
import { HeaderList } from "../contract/header-list.ts";
import { IpBlackList, type IpPolicy, ipGuard } from "./ip.ts";

const context = { signal: new AbortController().signal };

function handshake(ip: string): Handshake {
  const common = { path: "/", queryString: "", params: {}, host: "localhost", ip };
  return createHandshake({ ...common, headers: new HeaderList(), scheme: "ws", subprotocol: "" });
}

describe("ipGuard", () => {
  it.each<[IpPolicy, string, boolean]>([
    [{}, "192.0.2.1", true],
    [{}, "", true],
    [{ allow: ["10.0.0.0/8"] }, "10.1.2.3", true],
    [{ allow: ["10.0.0.0/8"] }, "192.0.2.1", false],
    [{ allow: ["10.0.0.0/8"], block: ["10.1.0.0/16"] }, "10.1.2.3", false],
    [{ allow: ["10.0.0.0/8"], block: ["10.1.0.0/16"] }, "10.2.2.3", true],
    [{ block: ["10.1.0.0/16"] }, "::ffff:10.1.0.1", false],
    [{ block: ["10.1.0.0/16"] }, "192.0.2.1", true],
    [{ allow: ["0.0.0.0/0", "::/0"] }, "not an address", false],
    [{ block: ["10.0.0.0/8"] }, "not an address", true],
    [{ allow: ["0.0.0.0/0"] }, "", false],
    [{ allow: ["0.0.0.0/0", "unix"] }, "", true],
    [{ block: ["unix"] }, "", false],
    [{ allow: [] }, "127.0.0.1", false],
  ])("with %j lets %o in: %s", (policy, ip, expected) => {
    expect(ipGuard(policy).check(handshake(ip), context)).toMatchObject({ accepted: expected });
  });

  it("says what was seen and wanted", () => {
    const guard = ipGuard({ allow: ["10.0.0.0/8"], block: ["10.1.0.0/16"] });
    const common = { accepted: false, code: "ERR_IP_REFUSED", status: 403, rule: "ip" };
    expect(guard.check(handshake("192.0.2.1"), context)).toEqual({
      ...common,
      seen: "192.0.2.1",
      wanted: "10.0.0.0/8",
    });
    expect(guard.check(handshake("10.1.0.1"), context)).toEqual({
      ...common,
      seen: "10.1.0.1",
      wanted: "none of 10.1.0.0/16",
    });
    expect(guard.check(handshake(""), context)).toMatchObject({ seen: "(unix socket)" });
  });

  it("throws at once when a rule is not valid", () => {
    expect(() => ipGuard({ block: ["localhost"] })).toThrow(
      expect.objectContaining({ code: "ERR_IP_RULE_INVALID" }),
    );
  });
});

describe("IpBlackList", () => {
  it("blocks and unblocks while it runs", () => {
    const list = new IpBlackList();
    const given = handshake("192.0.2.1");
    expect(list.check(given)).toBe(accept);
    list.blockAddress("192.0.2.1");
    expect(list.check(given)).toMatchObject({ code: "ERR_IP_REFUSED", rule: "ip" });
    list.unblockAddress("192.0.2.1");
    expect(list.check(given)).toBe(accept);
  });

  it("is fluent and keeps the order", () => {
    const list = new IpBlackList()
      .blockAddress("192.0.2.1")
      .blockAddress("10.0.0.0/8")
      .blockAddress("2001:DB8::1")
      .unblockAddress("192.0.2.1")
      .blockAddress("192.0.2.1");
    expect(list.getBlockedAddresses()).toEqual(["10.0.0.0/8", "2001:db8::1", "192.0.2.1"]);
    expect(list.isBlocked("10.9.9.9")).toBe(true);
  });

  it("ignores unblocking what is not blocked", () => {
    const list = new IpBlackList().blockAddress("192.0.2.1");
    list.unblockAddress("192.0.2.2").unblockAddress("nonsense");
    expect(list.getBlockedAddresses()).toEqual(["192.0.2.1"]);
  });

  it("ignores a port, and blocks IPv4-mapped IPv6", () => {
    const list = new IpBlackList().blockAddress("127.0.0.1:6392").blockAddress("[::1]:80");
    expect(list.getBlockedAddresses()).toEqual(["127.0.0.1", "::1"]);
    expect(list.isBlocked("127.0.0.1:7000")).toBe(true);
    expect(list.isBlocked("::ffff:127.0.0.1")).toBe(true);
    expect(list.isBlocked("::1")).toBe(true);
  });

  it("throws when the address is none", () => {
    expect(() => new IpBlackList().blockAddress("localhost")).toThrow(
      expect.objectContaining({ code: "ERR_IP_RULE_INVALID" }),
    );
  });
});
