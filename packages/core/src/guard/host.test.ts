import { describe, expect, it } from "vitest";
import { accept } from "../contract/guard.ts";
import { createHandshake, type Handshake } from "../contract/handshake.ts";
import { HeaderList } from "../contract/header-list.ts";
import { hostGuard, hostMatcher } from "./host.ts";

const context = { signal: new AbortController().signal };

function handshake(host: string): Handshake {
  const common = { path: "/", queryString: "", params: {}, host, ip: "192.0.2.1" };
  return createHandshake({ ...common, headers: new HeaderList(), scheme: "ws", subprotocol: "" });
}

describe("hostMatcher", () => {
  it.each([
    [["localhost"], "localhost", true],
    [["localhost"], "LOCALHOST:8080", true],
    [["LocalHost:9000"], "localhost", true],
    [["a.example", "b.example"], "b.example", true],
    [["example.com"], "www.example.com", false],
    [["[::1]"], "[::1]:8080", true],
    [["localhost"], "", false],
    [[""], "anything.example", true],
    [["localhost", ""], "", true],
    [[], "localhost", false],
  ])("with %j tells for %o: %s", (hosts, host, expected) => {
    expect(hostMatcher(hosts)(host)).toBe(expected);
  });
});

describe("hostGuard", () => {
  it("accepts a host of the list", () => {
    expect(hostGuard(["example.com"]).check(handshake("example.com"), context)).toBe(accept);
  });

  it("answers 404 for other hosts and names them", () => {
    expect(hostGuard(["a.example", "b.example"]).check(handshake("c.example"), context)).toEqual({
      accepted: false,
      code: "ERR_HOST_REFUSED",
      status: 404,
      rule: "host",
      seen: "c.example",
      wanted: "a.example, b.example",
    });
  });

  it("says so when there is no Host header", () => {
    expect(hostGuard(["a.example"]).check(handshake(""), context)).toMatchObject({
      seen: "(no Host header)",
    });
  });
});
