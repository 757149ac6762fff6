import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accept, type Verdict } from "../contract/guard.ts";
import { createHandshake } from "../contract/handshake.ts";
import { HeaderList } from "../contract/header-list.ts";
import { chooseSubprotocol, type SubprotocolPolicy, subprotocolGuard } from "./subprotocol.ts";

function check(policy: SubprotocolPolicy, offered?: string): Verdict {
  const headers = new HeaderList();
  if (offered !== undefined) headers.append("sec-websocket-protocol", offered);
  const subprotocol = chooseSubprotocol(offered ?? null, policy.supported);
  const common = { path: "/", queryString: "", params: {}, host: "localhost", ip: "192.0.2.1" };
  const handshake = createHandshake({ ...common, headers, scheme: "ws", subprotocol });
  const context = { signal: new AbortController().signal };
  return subprotocolGuard(policy).check(handshake, context) as Verdict;
}

describe("chooseSubprotocol", () => {
  it.each([
    [null, ["v1"], ""],
    ["", ["v1"], ""],
    ["v1", [], ""],
    ["v1", ["v1"], "v1"],
    ["v2, v1", ["v1", "v2"], "v2"],
    [" ,\tv1 ,", ["v1"], "v1"],
    ["V1", ["v1"], ""],
    ["v3, v1", ["v1"], "v1"],
    [", ,", [""], ""],
  ])("of %o and %j is %o", (offered, supported, chosen) => {
    expect(chooseSubprotocol(offered, supported)).toBe(chosen);
  });

  it("is the first offer that is supported, whatever the order here", () => {
    const token = fc.stringMatching(/^[a-zA-Z0-9.]{1,4}$/);
    const separator = fc.constantFrom(",", ", ", " , ", ",,");
    fc.assert(
      fc.property(fc.array(token), fc.array(token), separator, (offered, supported, sep) => {
        const chosen = chooseSubprotocol(offered.join(sep), supported);
        expect(chosen).toBe(offered.find((name) => supported.includes(name)) ?? "");
        expect(chooseSubprotocol(offered.join(sep), supported.toReversed())).toBe(chosen);
      }),
    );
  });
});

describe("subprotocolGuard", () => {
  const strict = { supported: ["v2.chat", "v1.chat"], strict: true };

  it("accepts a client that offers one of the route's", () => {
    expect(check(strict, "v0.chat, v1.chat")).toBe(accept);
  });

  it("accepts a client without offers on a route without subprotocols", () => {
    expect(check({ supported: [], strict: true })).toBe(accept);
  });

  it.each([
    [undefined, "(no Sec-WebSocket-Protocol)"],
    ["v9.chat, V1.CHAT", "v9.chat, V1.CHAT"],
    [" , ", "(no Sec-WebSocket-Protocol)"],
  ])("answers 426 to %o and names what is supported", (offered, seen) => {
    expect(check(strict, offered)).toEqual({
      accepted: false,
      code: "ERR_SUBPROTOCOL_UNSUPPORTED",
      status: 426,
      rule: "subprotocol",
      seen,
      wanted: "v2.chat, v1.chat",
      headers: { "Sec-WebSocket-Protocol": "v2.chat, v1.chat" },
    });
  });

  it("answers 426 to any offer on a route without subprotocols", () => {
    const verdict = check({ supported: [], strict: true }, "v1.chat");
    expect(verdict).toMatchObject({ status: 426, wanted: "no subprotocol" });
    expect(verdict).not.toHaveProperty("headers");
  });

  it("does not log long offers, which may be tokens", () => {
    const token = "secret".repeat(10);
    expect(check(strict, `bearer, ${token}`)).toMatchObject({
      seen: "bearer, (a value of 60 characters)",
    });
  });

  it("accepts everybody when it is not strict", () => {
    const lenient = { supported: ["v1.chat"], strict: false };
    expect(check(lenient)).toBe(accept);
    expect(check(lenient, "v9.chat")).toBe(accept);
  });
});
