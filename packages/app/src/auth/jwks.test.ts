import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { jwtAuthenticate, jwtTokenAuthenticate } from "./jwt-authenticate.ts";
import { ask, bearer, claims, ec, forge, nowMs, rsa, secret, sign } from "./tokens.test-helper.ts";

/** A server of a key set that a test may break. */
class KeyServer {
  keys: readonly object[] = [{ ...rsa.publicKey.export({ format: "jwk" }), kid: "1", use: "sig" }];
  answer: { readonly status: number; readonly body: string } | undefined;
  requests = 0;
  url = "";
  readonly #server: Server = createServer((_request, response) => {
    this.requests += 1;
    const { status, body } = this.answer ?? {
      status: 200,
      body: JSON.stringify({ keys: this.keys }),
    };
    response.writeHead(status, { location: "http://127.0.0.1:9/" }).end(body);
  });

  static async start(): Promise<KeyServer> {
    const server = new KeyServer();
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    const { port } = server.#server.address() as AddressInfo;
    server.url = `http://127.0.0.1:${port}/jwks.json?key=1`;
    onTestFinished(() => server.stop());
    return server;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** What the pause after a failure is measured with. */
let passedMs = 0;

beforeEach(() => {
  vi.useFakeTimers({ now: nowMs, toFake: ["Date"] });
  passedMs = 0;
  const start = performance.now();
  vi.spyOn(performance, "now").mockImplementation(() => start + passedMs);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function stage() {
  const server = await KeyServer.start();
  const authenticate = jwtAuthenticate({ jwksUrl: server.url });
  return { server, check: (token: string) => ask(authenticate, bearer(token)) };
}

const byRsa = (kid = "1") => sign(claims, rsa.privateKey, "RS256", kid);
const unavailable = { accepted: false, status: 503, code: "ERR_GUARD_FAILED", rule: "jwks" };

describe("with a key set", () => {
  it("tokens are checked by the key that they name, which is fetched once", async () => {
    const { server, check } = await stage();
    server.keys = [...server.keys, { ...ec.publicKey.export({ format: "jwk" }), kid: "2" }];
    expect(await check(await byRsa())).toMatchObject({ userId: "anna" });
    const byEc = await sign(claims, ec.privateKey, "ES256", "2");
    expect(await check(byEc)).toMatchObject({ userId: "anna" });
    const mixed = await sign(claims, ec.privateKey, "ES256", "1");
    expect(await check(mixed)).toMatchObject({ status: 401 });
    expect(server.requests).toBe(1);
  });

  it("a secret in the set is of no use", async () => {
    const { server, check } = await stage();
    const k = Buffer.from(secret).toString("base64url");
    server.keys = [{ kty: "oct", k, kid: "1", alg: "HS256" }];
    expect(await check(await sign(claims, secret, "HS256", "1"))).toMatchObject({ status: 401 });
    expect(await check(forge({ alg: "none", kid: "1" }, claims))).toMatchObject({ status: 401 });
  });

  it("new keys are found, and unknown ones are looked for every 30 seconds at most", async () => {
    const { server, check } = await stage();
    expect(await check(await byRsa())).toMatchObject({ userId: "anna" });
    server.keys = [{ ...rsa.publicKey.export({ format: "jwk" }), kid: "new" }];
    for (const _ of [1, 2, 3])
      expect(await check(await byRsa("new"))).toMatchObject({ status: 401 });
    expect(server.requests).toBe(1);
    vi.setSystemTime(nowMs + 30_000);
    expect(await check(await byRsa("new"))).toMatchObject({ userId: "anna" });
    for (const kid of ["x", "y", "z"]) {
      expect(await check(await byRsa(kid))).toMatchObject({ status: 401 });
    }
    expect(server.requests).toBe(2);
  });

  it.each([
    ["an error", { status: 500, body: "{}" }],
    ["a redirect", { status: 302, body: "" }],
    ["no JSON", { status: 200, body: "<html>" }],
    ["no key set", { status: 200, body: '{"keys":{}}' }],
    ["null", { status: 200, body: "null" }],
    ["keys that are none", { status: 200, body: '{"keys":[1]}' }],
  ])("%s in its place is answered with 503", async (_what, answer) => {
    const { server, check } = await stage();
    server.answer = answer;
    const token = await byRsa();
    const refusal = await check(token);
    expect(refusal).toMatchObject(unavailable);
    expect(JSON.stringify(refusal)).not.toMatch(/key=1/);
    expect(JSON.stringify(refusal)).not.toContain(token);
  });

  it("one that is down is asked once a second, and found when it is back", async () => {
    const { server, check } = await stage();
    server.answer = { status: 503, body: "" };
    const token = await byRsa();
    await Promise.all([1, 2, 3].map(() => check(token)));
    for (const _ of [1, 2, 3]) expect(await check(token)).toMatchObject(unavailable);
    expect(server.requests).toBe(1);
    server.answer = undefined;
    passedMs = 1_000;
    expect(await check(token)).toMatchObject({ userId: "anna" });
  });

  it("one that goes down leaves users of known keys alone", async () => {
    const { server, check } = await stage();
    const token = await byRsa();
    await check(token);
    server.answer = { status: 500, body: "" };
    vi.setSystemTime(nowMs + 60_000);
    expect(await check(await byRsa("unknown"))).toMatchObject(unavailable);
    expect(await check(token)).toMatchObject({ userId: "anna" });
  });

  it("one that cannot be reached is answered with 503, and told to a component by an error", async () => {
    const { server, check } = await stage();
    server.stop();
    expect(await check(await byRsa())).toMatchObject(unavailable);
    await expect(jwtTokenAuthenticate({ jwksUrl: server.url })(await byRsa())).rejects.toThrow(
      /wanted a key set/,
    );
  });
});
