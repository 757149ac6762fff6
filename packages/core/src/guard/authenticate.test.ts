import { describe, expect, it, vi } from "vitest";
import { refuse } from "../contract/guard.ts";
import { createHandshake } from "../contract/handshake.ts";
import { HeaderList } from "../contract/header-list.ts";
import { type Authenticate, authenticateGuard } from "./authenticate.ts";

const context = { signal: new AbortController().signal };
const handshake = createHandshake({
  path: "/",
  queryString: "token=secret",
  params: {},
  headers: new HeaderList(),
  host: "localhost",
  ip: "192.0.2.1",
  scheme: "ws",
  subprotocol: "",
});

const unauthorized = {
  accepted: false,
  code: "ERR_UNAUTHORIZED",
  status: 401,
  rule: "authenticate",
  seen: "no user",
  wanted: "a user from authenticate()",
};

function check(answer: unknown): unknown {
  const authenticate = (() => answer) as unknown as Authenticate;
  return authenticateGuard(authenticate).check(handshake, context);
}

describe("authenticateGuard", () => {
  it("hands the handshake and the context on", async () => {
    const authenticate = vi.fn(() => null);
    await authenticateGuard(authenticate).check(handshake, context);
    expect(authenticate).toHaveBeenCalledExactlyOnceWith(handshake, context);
  });

  it("accepts a user, the same object, at once", () => {
    const user = { userId: "7", name: "Ada", accepted: false };
    const verdict = check(user);
    expect(verdict).toEqual({ accepted: true, user });
    expect((verdict as { user: unknown }).user).toBe(user);
  });

  it.each([null, undefined])("answers 401 when there is %o", (answer) => {
    expect(check(answer)).toEqual(unauthorized);
  });

  it("passes a refusal on", () => {
    const refusal = refuse({ rule: "ban", seen: "banned", wanted: "not banned", status: 410 });
    expect(check(refusal)).toBe(refusal);
  });

  it.each([
    [true, "true"],
    [false, "false"],
    ["7", "a string"],
    [7, "a number"],
    [{}, "an object without"],
    [{ userId: "" }, "an object without"],
    [{ userId: 7 }, "an object without"],
    [{ accepted: true }, "an object without"],
    [{ accepted: false }, "an object without"],
    [["7"], "an array without"],
  ])("throws a TypeError for %j", (answer, described) => {
    expect(() => check(answer)).toThrow(TypeError);
    expect(() => check(answer)).toThrow(`authenticate() returned ${described}`);
  });

  it("waits for a promise", async () => {
    await expect(check(Promise.resolve({ userId: "7" }))).resolves.toEqual({
      accepted: true,
      user: { userId: "7" },
    });
    await expect(check(Promise.resolve(null))).resolves.toEqual(unauthorized);
    await expect(check(Promise.resolve(true))).rejects.toThrow(TypeError);
  });

  it("passes failures on", async () => {
    await expect(check(Promise.reject(new Error("database down")))).rejects.toThrow(
      "database down",
    );
    const throwing = authenticateGuard(() => {
      throw new Error("broken");
    });
    expect(() => throwing.check(handshake, context)).toThrow("broken");
  });
});
