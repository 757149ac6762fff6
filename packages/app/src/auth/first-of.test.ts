import { type Authenticate, authenticateGuard, refuse } from "@windlass/core";
import { handshakeInMemory } from "@windlass/core/testing";
import { describe, expect, it, vi } from "vitest";
import { firstOf } from "./first-of.ts";
import { unauthorized, unavailable } from "./refusals.ts";

const anna: Authenticate = async () => ({ userId: "anna" });
const ben: Authenticate = () => ({ userId: "ben" });
const nobody: Authenticate = () => null;
const unknown: Authenticate = () => unauthorized("jwt", "no token", "a token");
const down: Authenticate = () => unavailable("jwks", "no answer", "a key set");
const banned: Authenticate = () => refuse({ rule: "ban", seen: "eve", wanted: "somebody else" });

const verdictOf = (...list: Authenticate[]) =>
  handshakeInMemory(authenticateGuard(firstOf(...list)));

describe("firstOf", () => {
  it("takes the first user, and does not ask further", async () => {
    const last = vi.fn(ben);
    expect(await verdictOf(nobody, unknown, down, anna, last)).toMatchObject({
      accepted: true,
      user: { userId: "anna" },
    });
    expect(last).not.toHaveBeenCalled();
  });

  it.each([
    ["401 when nobody says more", [nobody, nobody], { status: 401, rule: "authenticate" }],
    ["the last 401", [nobody, unknown], { status: 401, rule: "jwt" }],
    ["what is no 401, wherever it stands", [unknown, down, unknown], { status: 503, rule: "jwks" }],
    ["the first of those", [unknown, banned, down], { status: 403, rule: "ban" }],
    ["401 when there is nobody to ask", [], { status: 401 }],
  ])("answers %s", async (_what, list, refusal) => {
    expect(await verdictOf(...list)).toMatchObject({ accepted: false, ...refusal });
  });

  it("lets nobody in when one of them fails, or answers something else", async () => {
    const failing: Authenticate = () => Promise.reject(new Error("no database"));
    await expect(verdictOf(failing, anna)).rejects.toThrow("no database");
    await expect(verdictOf((() => true) as never, anna)).rejects.toThrow("returned true");
  });
});
