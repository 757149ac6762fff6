import { describe, expect, it } from "vitest";
import { accept, refuse } from "./guard.ts";

const reason = { rule: "tenant", seen: "acme", wanted: "a tenant that pays" };

describe("refuse", () => {
  it("refuses with 403 ERR_GUARD_REFUSED by default", () => {
    expect(refuse(reason)).toEqual({
      accepted: false,
      code: "ERR_GUARD_REFUSED",
      status: 403,
      ...reason,
    });
  });

  it("takes the status of the code, and a status of its own before that", () => {
    expect(refuse({ ...reason, code: "ERR_UNAUTHORIZED" }).status).toBe(401);
    expect(refuse({ ...reason, code: "ERR_UNAUTHORIZED", status: 402 }).status).toBe(402);
  });

  it("keeps headers, and refuses those that would split the response", () => {
    expect(refuse({ ...reason, headers: { Allow: "GET" } }).headers).toEqual({ Allow: "GET" });
    expect(() => refuse({ ...reason, headers: { "X-A": "a\r\nSet-Cookie: b" } })).toThrow(
      TypeError,
    );
    expect(() => refuse({ ...reason, headers: { "X A": "a" } })).toThrow(TypeError);
  });

  it("cuts what the client sent, which may be long", () => {
    const { seen } = refuse({ ...reason, seen: "x".repeat(5_000) });
    expect(seen).toBe(`${"x".repeat(200)}...`);
  });
});

describe("accept", () => {
  it("is one frozen verdict for everybody", () => {
    expect(accept).toEqual({ accepted: true });
    expect(Object.isFrozen(accept)).toBe(true);
  });
});
