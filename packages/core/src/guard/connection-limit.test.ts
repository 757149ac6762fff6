import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accept, type Verdict } from "../contract/guard.ts";
import { createHandshake, type Handshake } from "../contract/handshake.ts";
import { HeaderList } from "../contract/header-list.ts";
import {
  type CountingGuard,
  connectionLimitGuard,
  connectionLimitPerIpGuard,
} from "./connection-limit.ts";

const context = { signal: new AbortController().signal };

function handshake(ip: string): Handshake {
  const common = { path: "/", queryString: "", params: {}, host: "localhost", ip };
  return createHandshake({ ...common, headers: new HeaderList(), scheme: "ws", subprotocol: "" });
}

function check(guard: CountingGuard, ip = "192.0.2.1"): Verdict {
  return guard.check(handshake(ip), context) as Verdict;
}

describe("connectionLimitGuard", () => {
  it("accepts up to max and again after a release", () => {
    const guard = connectionLimitGuard({ max: 2, scope: "node" });
    expect(check(guard)).toBe(accept);
    expect(check(guard)).toBe(accept);
    expect(check(guard)).toEqual({
      accepted: false,
      code: "ERR_TOO_MANY_CONNECTIONS",
      status: 503,
      rule: "connection-limit",
      seen: "2 connections on this node",
      wanted: "at most 2",
      headers: { "Retry-After": "5" },
    });
    expect(guard.count).toBe(2);
    guard.release(handshake("192.0.2.1"));
    expect(check(guard)).toBe(accept);
  });

  it("does not count what it refuses", () => {
    const guard = connectionLimitGuard({ max: 1, scope: "route" });
    check(guard);
    expect(check(guard)).toMatchObject({ seen: "1 connections on this route" });
    guard.release(handshake("192.0.2.1"));
    expect(guard.count).toBe(0);
  });

  it("never goes below zero", () => {
    const guard = connectionLimitGuard({ max: 1, scope: "node" });
    guard.release(handshake("192.0.2.1"));
    expect(guard.count).toBe(0);
    check(guard);
    expect(check(guard)).toMatchObject({ accepted: false });
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses max %d", (max) => {
    const error = expect.objectContaining({ code: "ERR_OPTION_INVALID" });
    expect(() => connectionLimitGuard({ max, scope: "node" })).toThrow(error);
    expect(() => connectionLimitPerIpGuard({ max })).toThrow(error);
  });
});

describe("connectionLimitPerIpGuard", () => {
  it("counts each address by itself", () => {
    const guard = connectionLimitPerIpGuard({ max: 1 });
    expect(check(guard, "192.0.2.1")).toBe(accept);
    expect(check(guard, "192.0.2.2")).toBe(accept);
    expect(check(guard, "192.0.2.1")).toEqual({
      accepted: false,
      code: "ERR_TOO_MANY_CONNECTIONS_PER_IP",
      status: 429,
      rule: "connection-limit-per-ip",
      seen: "1 connections from 192.0.2.1",
      wanted: "at most 1",
      headers: { "Retry-After": "5" },
    });
    guard.release(handshake("192.0.2.1"));
    expect(check(guard, "192.0.2.1")).toBe(accept);
  });

  it("counts IPv6 by /64 and mapped IPv4 as IPv4", () => {
    const guard = connectionLimitPerIpGuard({ max: 1 });
    check(guard, "2001:db8:1:2::1");
    expect(check(guard, "2001:db8:1:2:ffff::9")).toMatchObject({
      seen: "1 connections from 2001:db8:1:2::/64",
    });
    expect(check(guard, "2001:db8:1:3::1")).toBe(accept);
    check(guard, "192.0.2.1");
    expect(check(guard, "::ffff:192.0.2.1")).toMatchObject({ accepted: false });
  });

  it("does not limit peers on a unix socket", () => {
    const guard = connectionLimitPerIpGuard({ max: 1 });
    expect([check(guard, ""), check(guard, "")]).toEqual([accept, accept]);
    guard.release(handshake(""));
    expect(guard.count).toBe(0);
  });

  it("keeps the count right in any order of comings and goings", () => {
    const ip = fc.constantFrom("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2");
    const step = fc.record({ ip, opens: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const guard = connectionLimitPerIpGuard({ max: 2 });
        const open: string[] = [];
        for (const { ip, opens } of steps) {
          if (opens) enter(guard, open, ip);
          else leave(guard, open, ip);
          expect(guard.count).toBe(open.length);
        }
        for (const ip of open) guard.release(handshake(ip));
        guard.release(handshake("192.0.2.1"));
        expect(guard.count).toBe(0);
      }),
    );
  });
});

function enter(guard: CountingGuard, open: string[], ip: string): void {
  if (check(guard, ip).accepted) open.push(ip);
}

/** Closes a connection of `ip` if there is one. */
function leave(guard: CountingGuard, open: string[], ip: string): void {
  const index = open.indexOf(ip);
  if (index < 0) return;
  open.splice(index, 1);
  guard.release(handshake(ip));
}
