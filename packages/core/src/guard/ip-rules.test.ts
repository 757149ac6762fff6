import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IpRuleSet, parseIpRules } from "./ip-rules.ts";

describe("parseIpRules", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7", true],
    ["203.0.113.7", "203.0.113.8", false],
    ["203.0.113.7", "::ffff:203.0.113.7", true],
    ["::ffff:203.0.113.7", "203.0.113.7", true],
    ["10.0.0.0/8", "10.255.1.2", true],
    ["10.1.2.3/8", "10.255.1.2", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.0.0.0/8", "::ffff:10.0.0.1", true],
    ["::ffff:10.0.0.0/104", "10.9.9.9", true],
    ["::ffff:10.0.0.0/104", "11.0.0.1", false],
    ["0.0.0.0/0", "192.0.2.1", true],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["0.0.0.0/0", "", false],
    ["::/0", "2001:db8::1", true],
    ["::/0", "192.0.2.1", false],
    ["2001:db8::/32", "2001:DB8:ffff::1", true],
    ["2001:db8::/32", "2001:db9::1", false],
    ["2001:db8:0:0::1", "2001:db8::1", true],
    ["fe80::1%eth0", "fe80::1", true],
    ["unix", "", true],
    ["unix", "127.0.0.1", false],
    ["unix", "unix", false],
    ["127.0.0.1", "", false],
    ["127.0.0.1", "localhost", false],
    ["8.0.0.1", "010.0.0.1", false],
  ])("%s and %o: %s", (rule, ip, expected) => {
    expect(parseIpRules([rule]).matches(ip)).toBe(expected);
  });

  it.each([
    "",
    "localhost",
    "10.0.0",
    "10/8",
    "010.0.0.1",
    "0x7f.1",
    "256.0.0.1",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0.0/8 ",
    " 10.0.0.1",
    "2001:db8::/129",
    "::ffff:10.0.0.0/90",
    "1::2::3",
    "[::1]",
    "10.0.0.1:80",
    "Unix",
  ])("refuses the rule %o", (rule) => {
    expect(() => parseIpRules(["127.0.0.1", rule])).toThrow(
      expect.objectContaining({ code: "ERR_IP_RULE_INVALID", details: { rule } }),
    );
  });

  it("matches nothing without rules", () => {
    expect(parseIpRules([]).matches("127.0.0.1")).toBe(false);
    expect(parseIpRules([]).matches("")).toBe(false);
  });

  it("keeps the canonical texts in order, each once", () => {
    const rules = ["10.1.2.3/8", "::FFFF:192.0.2.1", "unix", "10.0.0.0/8", "2001:DB8::/32"];
    expect(parseIpRules(rules).texts).toEqual(["10.0.0.0/8", "192.0.2.1", "unix", "2001:db8::/32"]);
    expect(parseIpRules(["192.0.2.1/32", "::1/128"]).texts).toEqual(["192.0.2.1", "::1"]);
  });

  it("tells IPv4 ranges as arithmetic does, mapped or not", () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const address = fc.tuple(byte, byte, byte, byte);
    const toNumber = (bytes: readonly number[]) => bytes.reduce((sum, b) => sum * 256 + b, 0);
    fc.assert(
      fc.property(address, address, fc.integer({ min: 0, max: 32 }), (network, ip, bits) => {
        const size = 2 ** (32 - bits);
        const near = [...network.slice(0, 3), ip[3]];
        for (const candidate of [ip, near]) {
          const text = candidate.join(".");
          const expected =
            Math.floor(toNumber(network) / size) === Math.floor(toNumber(candidate) / size);
          const rules = parseIpRules([`${network.join(".")}/${bits}`]);
          const mapped = parseIpRules([`::ffff:${network.join(".")}/${bits + 96}`]);
          expect(rules.matches(text)).toBe(expected);
          expect(rules.matches(`::ffff:${text}`)).toBe(expected);
          expect(mapped.matches(text)).toBe(expected);
        }
      }),
    );
  });

  it("fits an IPv6 address however it is written", () => {
    const part = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(fc.array(part, { minLength: 8, maxLength: 8 }), (parts) => {
        const short = parts.map((value) => value.toString(16)).join(":");
        const long = parts.map((value) => value.toString(16).padStart(4, "0")).join(":");
        expect(parseIpRules([short]).matches(long.toUpperCase())).toBe(true);
        expect(parseIpRules([`${long}/64`]).matches(short)).toBe(
          !short.startsWith("0:0:0:0:0:ffff:"),
        );
      }),
    );
  });

  it("never throws on an address it does not understand", () => {
    const rules = parseIpRules(["0.0.0.0/0", "::/0"]);
    fc.assert(fc.property(fc.string(), (ip) => typeof rules.matches(ip) === "boolean"));
  });
});

describe("IpRuleSet", () => {
  it("forgets a rule written in another way", () => {
    const set = new IpRuleSet();
    set.add("10.0.0.0/8");
    expect(set.delete("10.1.1.1/8")).toBe(true);
    expect(set.delete("10.0.0.0/8")).toBe(false);
    expect(set.matches("10.0.0.1")).toBe(false);
    expect(set.texts).toEqual([]);
  });
});
