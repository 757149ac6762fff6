import { RecordingLogger } from "@windlass/core/testing";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { jwtAuthenticate, jwtTokenAuthenticate } from "./jwt-authenticate.ts";
import type { JwtOptions } from "./jwt-options.ts";
import {
  ask,
  base64url,
  bearer,
  claims,
  ec,
  ed,
  forge,
  nowMs,
  nowS,
  rsa,
  secret,
  sign,
} from "./tokens.test-helper.ts";

beforeEach(() => void vi.useFakeTimers({ now: nowMs, toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const pem = rsa.publicKey.export({ type: "spki", format: "pem" }).toString();
const refused = { accepted: false, status: 401, code: "ERR_UNAUTHORIZED", rule: "jwt" };

async function check(token: string, options: Partial<JwtOptions> = { secret }) {
  const answer = await ask(jwtAuthenticate(options), bearer(token));
  // Whatever the answer is, it goes to the log when it is a refusal.
  if (answer && "seen" in answer) expect(JSON.stringify(answer)).not.toContain(token);
  return answer;
}

describe("jwtAuthenticate", () => {
  it("gives the user of a token, its claims and its times", async () => {
    expect(await check(await sign({ ...claims, role: "admin" }))).toEqual({
      userId: "anna",
      claims: { ...claims, role: "admin" },
      tokenId: "t1",
      issuedAtMs: nowMs,
      expiresAtMs: nowMs + 3_600_000,
    });
  });

  it("gives a user without what the token does not say", async () => {
    expect(await check(await sign({ sub: "anna" }))).toEqual({
      userId: "anna",
      claims: { sub: "anna" },
    });
  });

  it.each([
    ["RS256", rsa, { publicKey: pem }],
    ["RS256", rsa, { publicKey: rsa.publicKey }],
    ["PS512", rsa, { publicKey: pem, algorithms: ["PS512"] }],
    ["ES256", ec, { publicKey: ec.publicKey.export({ format: "jwk" }) }],
    ["EdDSA", ed, { publicKey: ed.publicKey.export({ type: "spki", format: "pem" }) }],
  ] as const)("checks %s with a public key", async (algorithm, pair, options) => {
    const given = options as unknown as JwtOptions;
    const token = await sign(claims, pair.privateKey, algorithm);
    expect(await check(token, given)).toMatchObject({ userId: "anna" });
    const other = await sign(claims, secret);
    expect(await check(other, given)).toMatchObject(refused);
  });

  it("checks HS512 where it is asked for, and then nothing else", async () => {
    const options = { secret, algorithms: ["HS512"] } as const;
    expect(await check(await sign(claims, secret, "HS512"), options)).toMatchObject({
      userId: "anna",
    });
    expect(await check(await sign(), options)).toMatchObject(refused);
  });
});

describe("jwtAuthenticate refuses a token", () => {
  it.each(["none", "None", "NONE", "nOnE", ""])("with the algorithm %j", async (alg) => {
    expect(await check(forge({ alg, typ: "JWT" }, claims))).toMatchObject(refused);
    expect(await check(forge({ alg }, claims, secret))).toMatchObject(refused);
    expect(await check(forge({ alg }, claims), { publicKey: pem })).toMatchObject(refused);
  });

  it.each([
    ["the PEM text", pem],
    ["the PEM text without its last line end", pem.trimEnd()],
    ["the DER bytes", rsa.publicKey.export({ type: "spki", format: "der" })],
  ])("that is signed with %s of the public key as a secret", async (_what, key) => {
    const token = forge({ alg: "HS256" }, claims, key);
    expect(await check(token, { publicKey: pem })).toMatchObject(refused);
    expect(await check(token, { publicKey: rsa.publicKey })).toMatchObject(refused);
  });

  it.each([
    ["jwk", { jwk: ec.publicKey.export({ format: "jwk" }) }],
    ["jku", { jku: "http://127.0.0.1:9/attacker.json" }],
    ["x5u", { x5u: "http://127.0.0.1:9/attacker.pem" }],
    ["kid", { kid: "../../dev/null" }],
  ])("that brings its own key in %s", async (_what, header) => {
    const foreign = await sign(claims, ec.privateKey, "ES256");
    const [, payload, signature] = foreign.split(".");
    const token = [base64url({ alg: "ES256", ...header }), payload, signature].join(".");
    expect(await check(token, { publicKey: pem })).toMatchObject(refused);
    expect(await check(token)).toMatchObject(refused);
  });

  it.each([
    ["that has expired", { exp: nowS }, {}],
    ["that is not valid yet", { nbf: nowS + 1 }, {}],
    ["of another issuer", { iss: "https://evil.example" }, { issuer: "https://example.com" }],
    ["without an issuer", {}, { issuer: ["https://example.com"] }],
    ["for another audience", { aud: ["other"] }, { audience: "chat" }],
    ["without an audience", {}, { audience: ["chat", "news"] }],
    ["with an end that is no number", { exp: "tomorrow" }, {}],
    ["with a beginning that is no number", { nbf: {} }, {}],
    ["without a user", { sub: undefined }, {}],
    ["with an empty user", { sub: "" }, {}],
    ["with a user that is an object", { sub: { $ne: null } }, {}],
    ["with a user of a fraction", { sub: 1.5 }, {}],
    ["with a user of 256 characters", { sub: "a".repeat(256) }, {}],
    ["whose user would be inherited", {}, { userIdClaim: "constructor" }],
  ])("%s", async (_what, extra, options) => {
    const payload = { ...claims, ...extra };
    expect(
      await check(forge({ alg: "HS256" }, payload, secret), { secret, ...options }),
    ).toMatchObject(refused);
  });

  it.each([
    ["unknown critical members", { alg: "HS256", crit: ["x"], x: 1 }],
    ["an unencoded payload", { alg: "HS256", b64: false, crit: ["b64"] }],
  ])("with %s", async (_what, header) => {
    expect(await check(forge(header, claims, secret))).toMatchObject(refused);
  });

  it("of more than 8,192 characters, without reading it", async () => {
    const token = await sign({ ...claims, padding: "a".repeat(8_192) });
    expect(await check(token)).toMatchObject({
      ...refused,
      seen: expect.stringMatching(/at most 8192/),
    });
  });

  it("whatever else it is", async () => {
    const good = await sign();
    const texts = fc.oneof(
      fc.string(),
      fc.string().map((text) => `${base64url({ alg: "HS256" })}.${text}.`),
      fc.nat(good.length - 1).map((at) => good.slice(0, at)),
      fc
        .tuple(fc.nat(good.length - 2), fc.constantFrom("A", "z", ".", "="))
        .filter(([at, character]) => good[at] !== character)
        .map(([at, character]) => good.slice(0, at) + character + good.slice(at + 1)),
    );
    const verify = jwtTokenAuthenticate({ secret });
    await fc.assert(fc.asyncProperty(texts, async (text) => (await verify(text)) === null));
    expect(await verify(good)).toMatchObject({ userId: "anna" });
  });
});

describe("jwtAuthenticate takes", () => {
  it("one issuer and one audience of several", async () => {
    const token = await sign({ ...claims, iss: "b", aud: ["x", "chat"] });
    const options = { secret, issuer: ["a", "b"], audience: ["chat", "news"] };
    expect(await check(token, options)).toMatchObject({ userId: "anna" });
  });

  it("a number for a user, as PHP writes it, in the claim it is told", async () => {
    const token = await sign({ user_id: 42 });
    expect(await check(token, { secret, userIdClaim: "user_id" })).toMatchObject({ userId: "42" });
  });

  it("clocks that differ, and lets the token live for so much longer", async () => {
    const token = await sign({ ...claims, nbf: nowS + 5, exp: nowS - 4 });
    const options = { secret, clockToleranceMs: 5_000 };
    expect(await check(token, options)).toMatchObject({ expiresAtMs: nowMs + 1_000 });
    expect(await check(token, { secret, clockToleranceMs: 4_000 })).toMatchObject(refused);
  });
});

describe("the options of jwtAuthenticate", () => {
  it.each<[string, Partial<JwtOptions>, RegExp]>([
    ["no key", {}, /one of secret, publicKey and jwksUrl; seen 0/],
    ["two keys", { secret, publicKey: pem }, /seen 2/],
    ["a short secret", { secret: "topsecret" }, /at least 32 bytes.*seen 9/],
    [
      "a secret too short for HS512",
      { secret: "s".repeat(63), algorithms: ["HS512"] },
      /at least 64/,
    ],
    ["RS256 with a secret", { secret, algorithms: ["HS256", "RS256"] }, /RS256 needs a publicKey/],
    [
      "HS256 with a public key",
      { publicKey: pem, algorithms: ["RS256", "HS256"] },
      /HS256 is not for/,
    ],
    ["ES256 with RSA", { publicKey: pem, algorithms: ["ES256"] }, /ES256 is not for this key/],
    [
      "HS256 with a key set",
      { jwksUrl: "https://a.example/", algorithms: ["HS256"] },
      /needs a secret/,
    ],
    ["none", { secret, algorithms: ["none" as "HS256"] }, /algorithms\.0/],
    ["no algorithm at all", { secret, algorithms: [] }, /algorithms/],
    ["a secret for a public key", { publicKey: "my-very-secret-secret" }, /expected a public key/],
    ["a symmetric JWK", { publicKey: { kty: "oct", k: "c2VjcmV0" } }, /expected a public key/],
    ["a file for a key set", { jwksUrl: "file:///etc/passwd" }, /expected an address/],
    ["a key set with a password", { jwksUrl: "https://a:topsecret@b.example/" }, /without user/],
    ["a key set without a scheme", { jwksUrl: "example.com/jwks" }, /expected an address/],
    ["an empty audience", { secret, audience: "" }, /audience/],
    ["an unknown option", { secret, expiry: 1 } as Partial<JwtOptions>, /no such option/],
  ])("may not be %s", (_what, options, message) => {
    expect(() => jwtAuthenticate(options)).toThrow(message);
    expect(() => jwtAuthenticate(options)).not.toThrow(/topsecret|my-very-secret|c2VjcmV0/);
  });

  it("may not be a small RSA key", async () => {
    const { generateKeyPairSync } = await import("node:crypto");
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    expect(() => jwtAuthenticate({ publicKey })).toThrow(/at least 2048 bits; seen 1024/);
  });

  it.each(["header", "cookie:", "cookie:a b", "query:", "subprotocol:a,b", "authorization:x", 7])(
    "may not look for the token in %j",
    (source) => {
      expect(() => jwtAuthenticate({ secret, from: [source as "authorization"] })).toThrow(
        /from\.0/,
      );
    },
  );

  it("are not logged", () => {
    const log = new RecordingLogger();
    jwtAuthenticate({ secret });
    expect(log.lines).toEqual([]);
  });
});
