import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalIp } from "./ip-address.ts";

describe("canonicalIp", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["::FFFF:0A00:0001", "10.0.0.1"],
    ["2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1"],
    ["::1", "::1"],
    ["", ""],
    ["unix:", "unix:"],
    ["not:an:address", "not:an:address"],
  ])("turns %j into %j", (text, ip) => {
    expect(canonicalIp(text)).toBe(ip);
  });

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
        const once = canonicalIp(text);
        expect(canonicalIp(once)).toBe(once);
      }),
    );
  });
});
