import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accept, type Verdict } from "../contract/guard.ts";
import { createHandshake, type Handshake } from "../contract/handshake.ts";
import { HeaderList } from "../contract/header-list.ts";
import { type OriginPolicy, originGuard } from "./origin.ts";

function handshake(...origins: string[]): Handshake {
  const headers = new HeaderList();
  for (const origin of origins) headers.append("origin", origin);
  const common = { path: "/", queryString: "", params: {}, host: "localhost", ip: "192.0.2.1" };
  return createHandshake({ ...common, headers, scheme: "ws", subprotocol: "" });
}

function check(policy: Partial<OriginPolicy>, ...origins: string[]): Verdict {
  const guard = originGuard({ allowed: [], missingOrigin: "refuse", mode: "enforce", ...policy });
  const context = { signal: new AbortController().signal };
  return guard.check(handshake(...origins), context) as Verdict;
}

describe("originGuard", () => {
  it("accepts an origin that fits one of the rules", () => {
    expect(check({ allowed: ["localhost", /^null$/, "example.com"] }, "https://example.com")).toBe(
      accept,
    );
  });

  it("refuses another origin and says what was seen and what is wanted", () => {
    expect(check({ allowed: ["localhost", /\.dev$/] }, "https://evil.example")).toEqual({
      accepted: false,
      code: "ERR_ORIGIN_REFUSED",
      status: 403,
      rule: "origin",
      seen: "https://evil.example",
      wanted: "localhost, /\\.dev$/",
    });
  });

  it("refuses everybody without rules", () => {
    expect(check({}, "https://example.com")).toMatchObject({ wanted: "(no origin is allowed)" });
  });

  it("names the first rules of a long list", () => {
    const allowed = Array.from({ length: 25 }, (_, index) => `h${index}.example`);
    const { wanted } = check({ allowed }, "null") as { wanted: string } & Verdict;
    expect(wanted).toMatch(/h19\.example and 5 more$/);
  });

  it("refuses a missing Origin", () => {
    expect(check({ allowed: ["localhost"] })).toMatchObject({
      code: "ERR_ORIGIN_MISSING",
      status: 403,
      rule: "origin",
      seen: "(no Origin header)",
    });
  });

  it("accepts a missing Origin when told to, but no wrong one", () => {
    const policy = { allowed: ["localhost"], missingOrigin: "allow" } as const;
    expect(check(policy)).toBe(accept);
    expect(check(policy, "https://evil.example")).toMatchObject({ accepted: false });
    expect(check(policy, "")).toMatchObject({ seen: "(empty Origin header)" });
  });

  it.each([0, 1, 2])('accepts everything with "*" at index %i', (index) => {
    const allowed: string[] = ["localhost", "example.com"];
    allowed.splice(index, 0, "*");
    expect(check({ allowed })).toBe(accept);
    expect(check({ allowed }, "https://evil.example")).toBe(accept);
    expect(check({ allowed }, "what is this")).toBe(accept);
  });

  it("refuses two Origin headers even when a RegExp fits their end", () => {
    const allowed = [/https:\/\/example\.com$/, "example.com"];
    expect(check({ allowed }, "https://evil.example", "https://example.com")).toMatchObject({
      code: "ERR_ORIGIN_REFUSED",
      seen: "https://evil.example, https://example.com",
    });
  });

  it("accepts in report mode and reports what it would have refused", () => {
    expect(check({ allowed: ["localhost"], mode: "report" }, "https://evil.example")).toEqual({
      accepted: true,
      reports: [expect.objectContaining({ rule: "origin", seen: "https://evil.example" })],
    });
    expect(check({ allowed: ["localhost"], mode: "report" })).toMatchObject({
      reports: [{ code: "ERR_ORIGIN_MISSING" }],
    });
    expect(check({ allowed: ["localhost"], mode: "report" }, "http://localhost")).toBe(accept);
  });

  it("throws at once when a rule is not valid", () => {
    expect(() => check({ allowed: ["localhost", "https://example.com/"] })).toThrow(
      expect.objectContaining({ code: "ERR_ORIGIN_RULE_INVALID" }),
    );
  });

  it("never throws and never accepts a header that is no origin", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (header) => {
        fc.pre(!/^[a-z][a-z0-9+.-]*:\/\/|^null$/i.test(header));
        expect(check({ allowed: [/.*/s] }, header)).toMatchObject({ accepted: false });
      }),
    );
  });
});
