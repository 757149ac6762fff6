import type { InMemoryRequest } from "@windlass/core/testing";
import { describe, expect, it } from "vitest";
import { jwtAuthenticate } from "./jwt-authenticate.ts";
import type { TokenSource } from "./token-source.ts";
import { ask, bearer, secret, sign } from "./tokens.test-helper.ts";

const anna = await sign({ sub: "anna" });
const eve = await sign({ sub: "eve" });

function check(request: InMemoryRequest, from?: readonly TokenSource[]) {
  return ask(jwtAuthenticate({ secret, ...(from !== undefined && { from }) }), request);
}

const everywhere = ["authorization", "cookie:jwt", "query:token", "subprotocol:bearer."] as const;

describe("jwtAuthenticate looks for the token", () => {
  it.each<[TokenSource, InMemoryRequest]>([
    ["authorization", bearer(anna)],
    ["authorization", { headers: { authorization: `bearer   ${anna}` } }],
    ["cookie:jwt", { headers: { cookie: `a=b; jwt=${anna}; jwt2=${eve}` } }],
    ["cookie:jwt", { headers: { cookie: `jwt="${anna}"` } }],
    ["query:token", { query: { token: anna } }],
    ["subprotocol:bearer.", { headers: { "sec-websocket-protocol": `json, bearer.${anna}` } }],
  ])("in %s", async (source, request) => {
    expect(await check(request, [source])).toMatchObject({ userId: "anna" });
    expect(await check(request, everywhere)).toMatchObject({ userId: "anna" });
    const others = everywhere.filter((other) => other !== source);
    expect(await check(request, others)).toMatchObject({ status: 401, seen: "no token" });
  });

  it("in the Authorization header only, unless it is told", async () => {
    const cookie = `jwt=${anna}; token=${anna}; authorization=${anna}`;
    const answer = await check({ query: { token: anna }, headers: { cookie } });
    expect(answer).toMatchObject({ seen: "no token", wanted: "a token in authorization" });
    expect(await check(bearer(anna))).toMatchObject({ userId: "anna" });
  });

  it("in the first place that has one, and in no other when that one is wrong", async () => {
    const both = { headers: { authorization: `Bearer ${anna}`, cookie: `jwt=${eve}` } };
    expect(await check(both, ["authorization", "cookie:jwt"])).toMatchObject({ userId: "anna" });
    expect(await check(both, ["cookie:jwt", "authorization"])).toMatchObject({ userId: "eve" });
    const wrong = { headers: { authorization: "Bearer x.y.z", cookie: `jwt=${eve}` } };
    expect(await check(wrong, ["authorization", "cookie:jwt"])).toMatchObject({ status: 401 });
  });

  it("beside the password of a proxy", async () => {
    const request = { headers: { authorization: "Basic YTpi", cookie: `jwt=${anna}` } };
    expect(await check(request, everywhere)).toMatchObject({ userId: "anna" });
  });
});

describe("jwtAuthenticate refuses", () => {
  it.each<[string, InMemoryRequest]>([
    ["2 tokens in cookie:jwt", { headers: { cookie: `jwt=${anna}; jwt=${eve}` } }],
    ["2 tokens in query:token", { query: `token=${anna}&token=${anna}` }],
    ["no token in query:token", { query: "token=" }],
    ["no token in authorization", { headers: { authorization: `Bearer ${anna}, Bearer ${eve}` } }],
    ["no token in authorization", { headers: { authorization: "Bearer" } }],
    ["no token in cookie:jwt", { headers: { cookie: "jwt=" } }],
    [
      "3 tokens in subprotocol:bearer.",
      { headers: { "sec-websocket-protocol": `bearer.${anna},bearer.${eve},bearer.` } },
    ],
  ])("%s", async (seen, request) => {
    expect(await check(request, everywhere)).toMatchObject({ status: 401, rule: "jwt", seen });
  });
});
