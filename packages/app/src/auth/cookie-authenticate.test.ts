import { createHmac } from "node:crypto";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cookieAuthenticate } from "./cookie-authenticate.ts";
import { type SignedCookieOptions, signCookie } from "./signed-cookie.ts";
import { ask, nowMs } from "./tokens.test-helper.ts";

beforeEach(() => void vi.useFakeTimers({ now: nowMs, toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const key = "the newest key, which has more than 32 bytes";
const oldKey = "an older key, and it has more than 32 bytes too";
const anna: SignedCookieOptions = { name: "session", key, userId: "anna", maxAgeMs: 60_000 };

function check(cookie: string, keys: readonly (string | Uint8Array)[] = [key], name = "session") {
  return ask(cookieAuthenticate({ name, keys }), { headers: { cookie } });
}

/** What another program would make by the format that the guide documents. */
function made(session: unknown, name = "session", secret: string | Uint8Array = key): string {
  const text = Buffer.from(typeof session === "string" ? session : JSON.stringify(session));
  const value = text.toString("base64url");
  const signature = createHmac("sha256", secret).update(`${name}=${value}`).digest("base64url");
  return `${name}=${value}.${signature}`;
}

const session = { userId: "anna", issuedAtMs: nowMs, expiresAtMs: nowMs + 60_000 };
const refused = { accepted: false, status: 401, code: "ERR_UNAUTHORIZED", rule: "cookie" };

describe("cookieAuthenticate", () => {
  it("knows the user of a signed cookie, until it ends", async () => {
    const value = signCookie({ ...anna, tokenId: "t1", data: { role: "admin" } });
    const user = { ...session, tokenId: "t1", claims: { role: "admin" } };
    expect(await check(`a=b; session=${value}; c=d`)).toEqual(user);
    vi.setSystemTime(nowMs + 59_999);
    expect(await check(`session=${value}`)).toEqual(user);
    vi.setSystemTime(nowMs + 60_000);
    expect(await check(`session=${value}`)).toMatchObject(refused);
  });

  it("knows cookies that other programs make", async () => {
    expect(await check(made(session))).toEqual({ ...session, claims: {} });
    expect(await check(made({ ...session, later: 1 }))).toEqual({ ...session, claims: {} });
  });

  it("gives each cookie a name of its own to be revoked by", async () => {
    const ids = [signCookie(anna), signCookie(anna)].map(async (value) => {
      return Reflect.get(Object(await check(`session=${value}`)), "tokenId");
    });
    const [one, other] = await Promise.all(ids);
    expect(one).toMatch(/^[\da-f-]{36}$/);
    expect(one).not.toBe(other);
  });

  it("knows cookies of older keys until they are taken away", async () => {
    const old = `session=${signCookie({ ...anna, key: oldKey })}`;
    const young = `session=${signCookie(anna)}`;
    for (const cookie of [old, young]) {
      expect(await check(cookie, [key, oldKey])).toMatchObject({ userId: "anna" });
    }
    expect(await check(old, [key])).toMatchObject(refused);
    expect(await check(young, [Buffer.from(key)])).toMatchObject({ userId: "anna" });
  });

  it.each([
    ["no cookie at all", "other=1"],
    ["a cookie of a similar name", made(session).replace("session=", "Session=")],
    ["two cookies of the name", `${made(session)}; ${made(session)}`],
    ["an empty cookie", "session="],
    ["a cookie without a signature", made(session).replace(/\..*/, "")],
    ["an empty signature", made(session).replace(/\..*/, ".")],
    ["a second signature", `${made(session)}.${"a".repeat(43)}`],
    ["a signature with padding", `${made(session)}=`],
    ["a signature by another key", made(session, "session", oldKey)],
    [
      "a signature of a cookie of another name",
      made(session, "admin").replace("admin=", "session="),
    ],
    ["a signed text that is no JSON", made("anna")],
    ["a signed null", made(null)],
    ["a session without an end", made({ ...session, expiresAtMs: undefined })],
    ["a session whose end is no number", made({ ...session, expiresAtMs: "never" })],
    ["a session without a beginning", made({ ...session, issuedAtMs: undefined })],
    ["a session without a user", made({ ...session, userId: "" })],
    ["a session whose user is a number", made({ ...session, userId: 7 })],
  ])("refuses %s, and says nothing of its value", async (_what, cookie) => {
    const refusal = await check(cookie);
    expect(refusal).toMatchObject(refused);
    const value = cookie.slice(cookie.indexOf("=") + 1);
    if (value.length > 3) expect(JSON.stringify(refusal)).not.toContain(value);
  });

  it("refuses a cookie of which one character was changed", async () => {
    const value = signCookie(anna);
    const characters = [..."ABab01-_.=~"];
    const changes = fc.tuple(fc.nat(value.length - 1), fc.constantFrom(...characters));
    await fc.assert(
      fc.asyncProperty(changes, async ([at, character]) => {
        fc.pre(value[at] !== character);
        const changed = value.slice(0, at) + character + value.slice(at + 1);
        expect(await check(`session=${changed}`)).toMatchObject(refused);
      }),
    );
  });
});

describe("the options of", () => {
  it.each([
    ["a short key", { keys: ["topsecret"] }, /keys\.0: expected at least 32 bytes.*seen 9/],
    ["an old key that is short", { keys: [key, "topsecret"] }, /keys\.1/],
    ["no key", { keys: [] }, /1 to 10 keys/],
    ["eleven keys", { keys: Array.from({ length: 11 }, () => key) }, /1 to 10 keys/],
    ["one key without a list", { keys: "topsecret" }, /1 to 10 keys/],
    ["a name with a space", { keys: [key], name: "a b" }, /name of a cookie/],
  ])("cookieAuthenticate may not be %s", (_what, options, message) => {
    const make = () => cookieAuthenticate({ name: "session", ...options } as never);
    expect(make).toThrow(message);
    expect(make).not.toThrow(/topsecret/);
  });

  it.each([
    ["a short key", { key: "topsecret" }, /signCookie\(\)\.key: expected at least 32 bytes/],
    ["no user", { userId: "" }, /userId/],
    ["an age of 401 days", { maxAgeMs: 401 * 86_400_000 }, /maxAgeMs/],
    ["more data than browsers keep", { data: { text: "a".repeat(3_000) } }, /keep 4096 characters/],
  ])("signCookie may not be %s", (_what, options, message) => {
    const make = () => signCookie({ ...anna, ...options });
    expect(make).toThrow(message);
    expect(make).not.toThrow(/topsecret/);
  });
});
