import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type OriginRule, parseOriginRule } from "./origin-rule.ts";
import { parseOrigin } from "./parsed-origin.ts";

function fits(rule: OriginRule, header: string): boolean {
  const origin = parseOrigin(header);
  return origin !== undefined && parseOriginRule(rule)(origin);
}

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
const scheme = fc.constantFrom("http", "https");
const port = fc.integer({ min: 1, max: 65_535 });

describe("an origin rule", () => {
  it.each<[OriginRule, string, boolean]>([
    ["example.com", "https://example.com", true],
    ["example.com", "http://example.com:9999", true],
    ["example.com", "app://example.com", true],
    ["Example.COM", "https://example.com", true],
    ["example.com", "https://EXAMPLE.com", true],
    ["example.com", "https://www.example.com", false],
    ["example.com", "https://example.com.evil.org", false],
    ["example.com", "https://notexample.com", false],
    ["localhost", "http://localhost:3000", true],
    ["https://example.com", "https://example.com", true],
    ["https://example.com", "https://example.com:443", true],
    ["https://example.com", "http://example.com", false],
    ["https://example.com", "https://example.com:8443", false],
    ["HTTPS://Example.com", "https://example.com", true],
    ["http://example.com", "http://example.com:80", true],
    ["https://example.com:8443", "https://example.com:8443", true],
    ["https://example.com:8443", "https://example.com", false],
    ["chrome-extension://abcdef", "chrome-extension://abcdef", true],
    ["chrome-extension://abcdef", "chrome-extension://abcdef:1", false],
    ["example.com:8080", "http://example.com:8080", true],
    ["example.com:8080", "https://example.com:8080", true],
    ["example.com:8080", "https://example.com", false],
    ["example.com:443", "https://example.com", true],
    ["*.example.com", "https://www.example.com", true],
    ["*.example.com", "http://a.b.c.example.com:81", true],
    ["*.example.com", "https://example.com", false],
    ["*.example.com", "https://evilexample.com", false],
    ["https://*.example.com", "https://www.example.com", true],
    ["https://*.example.com", "https://www.example.com:8443", false],
    ["https://*.example.com", "http://www.example.com", false],
    ["https://*.example.com:8443", "https://www.example.com:8443", true],
    ["[::1]", "http://[::1]:3000", true],
    ["[0:0:0:0:0:0:0:1]", "http://[::1]", true],
    ["http://[::1]:8080", "http://[::1]:8080", true],
    ["http://[::1]:8080", "http://[::1]", false],
    ["127.0.0.1", "http://127.0.0.1:5173", true],
    ["bücher.example", "https://xn--bcher-kva.example", true],
    ["*.bücher.example", "https://www.xn--bcher-kva.example", true],
    ["null", "null", true],
    ["null", "https://null", false],
    ["example.com", "null", false],
    ["*.null", "null", false],
    ["*", "null", true],
    [/^https:\/\/[a-z]+\.example\.com$/, "https://www.example.com", true],
    [/^https:\/\/[a-z]+\.example\.com$/, "https://www.example.org", false],
    [/^null$/, "null", true],
  ])("%s and %s: %s", (rule, header, expected) => {
    expect(fits(rule, header)).toBe(expected);
  });

  it.each(["g", "y", "gy"])("fits again and again when it is a RegExp with flags %s", (flags) => {
    const rule = new RegExp("https://example\\.com", flags);
    rule.lastIndex = 5;
    const matches = parseOriginRule(rule);
    const origin = parseOrigin("https://example.com");
    const results = [1, 2, 3].map(() => origin !== undefined && matches(origin));
    expect(results).toEqual([true, true, true]);
    expect(rule.lastIndex).toBe(5);
  });

  it("keeps the anchor that the flag y stands for", () => {
    expect(fits(/example\.com/y, "https://example.com")).toBe(false);
  });

  it.each([
    ["", "it is empty"],
    [" example.com", "white space"],
    ["https://a.com,https://b.com", "comma"],
    ["NULL", "lower case"],
    ["http//example.com", '"://"'],
    ["https:/example.com", '"://"'],
    ["https:example.com", '"://"'],
    ["wss://example.com", "the address of the page"],
    ["https://", "no host"],
    ["https://:8080", "no host"],
    ["https://me@example.com", "user name"],
    ["https://example.com/", 'ends with "/"'],
    ["example.com/", 'ends with "/"'],
    ["https://example.com/chat", "path"],
    ["example.com?x=1", "path"],
    ["example.com:*", "every port"],
    ["https://*", '"*" alone'],
    ["*:8080", '"*" alone'],
    ["**", "first label"],
    ["*.", "not a host"],
    ["*.*.example.com", "first label"],
    ["www.*.com", "first label"],
    ["example.*", "first label"],
    ["exa*mple.com", "first label"],
    ["*example.com", "first label"],
    ["::1", "brackets"],
    ["[::1", "not a host"],
    ["[::1%eth0]", "not a host"],
    ["[1.2.3.4]", "not a host"],
    ["*.1.2.3.4", "no subdomains"],
    ["*.[::1]", "no subdomains"],
    ["example.com:", "port"],
    ["example.com:0", "port"],
    ["example.com:65536", "port"],
    ["example.com:http", "port"],
    ["example..com", "not a host"],
    [".example.com", "not a host"],
    ["exam!ple.com", "not a host"],
  ])("refuses the declaration %o", (rule, problem) => {
    expect(() => parseOriginRule(rule)).toThrow(
      expect.objectContaining({
        code: "ERR_ORIGIN_RULE_INVALID",
        details: { rule, problem: expect.stringContaining(problem) },
      }),
    );
  });

  it.each([undefined, null, 7, {}])("refuses the declaration %o from JavaScript", (rule) => {
    expect(() => parseOriginRule(rule as unknown as string)).toThrow("not a string or a RegExp");
  });

  it("of a host fits every scheme and port of that host", () => {
    fc.assert(
      fc.property(host, scheme, port, (name, sch, number) => {
        // A rule of its own: the opaque origin.
        fc.pre(name !== "null");
        expect(fits(name, `${sch}://${name}`)).toBe(true);
        expect(fits(name.toUpperCase(), `${sch}://${name}:${number}`)).toBe(true);
      }),
    );
  });

  it("of a host never fits another host", () => {
    fc.assert(
      fc.property(host, host, scheme, (mine, other, sch) => {
        fc.pre(mine !== other && mine !== "null");
        for (const header of [other, `${mine}.${other}`, `${other}.${mine}`, `${other}${mine}`]) {
          expect(fits(mine, `${sch}://${header}`)).toBe(false);
        }
      }),
    );
  });

  it("with a wildcard fits exactly the hosts below it", () => {
    fc.assert(
      fc.property(host, host, scheme, port, (apex, below, sch, number) => {
        const rule = `*.${apex}`;
        expect(fits(rule, `${sch}://${below}.${apex}:${number}`)).toBe(true);
        expect(fits(rule, `${sch}://${apex}:${number}`)).toBe(false);
        expect(fits(rule, `${sch}://${below}${apex}`)).toBe(`${below}${apex}`.endsWith(`.${apex}`));
      }),
    );
  });

  it("with scheme, host and port fits that origin only", () => {
    fc.assert(
      fc.property(host, scheme, scheme, port, port, (name, mine, other, myPort, otherPort) => {
        const rule = `${mine}://${name}:${myPort}`;
        expect(fits(rule, rule)).toBe(true);
        expect(fits(rule, `${other}://${name}:${otherPort}`)).toBe(
          mine === other && myPort === otherPort,
        );
      }),
    );
  });

  it("throws nothing but its own error", () => {
    fc.assert(
      fc.property(fc.string(), (rule) => {
        try {
          parseOriginRule(rule);
        } catch (error) {
          expect(error).toMatchObject({ code: "ERR_ORIGIN_RULE_INVALID" });
        }
      }),
    );
  });
});

describe("an Origin header", () => {
  it.each([
    "",
    "example.com",
    "https://",
    "https://example.com/",
    "https://example.com/path",
    "https://example.com?x",
    "https://a.com, https://b.com",
    "https://a.com https://b.com",
    "https://user@example.com",
    "https://example.com:0",
    "https://example.com:080",
    "https://example.com:70000",
    "https://[::1",
    "https://[zz]",
    "https://..com",
    "NULL",
    "null, null",
    "://example.com",
    "https://example.com\n",
  ])("%o is not valid", (header) => {
    expect(parseOrigin(header)).toBeUndefined();
  });
});
