import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accept, type Verdict } from "../contract/guard.ts";
import { createHandshake } from "../contract/handshake.ts";
import { HeaderList } from "../contract/header-list.ts";
import { upgradeRequestGuard } from "./upgrade-request.ts";

const valid = {
  upgrade: "websocket",
  connection: "Upgrade",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version": "13",
};

function check(changes: Record<string, string | undefined> = {}): Verdict {
  const headers = new HeaderList();
  for (const [name, value] of Object.entries({ ...valid, ...changes })) {
    if (value !== undefined) headers.append(name, value);
  }
  const common = { path: "/", queryString: "", params: {}, host: "localhost", ip: "192.0.2.1" };
  const handshake = createHandshake({ ...common, headers, scheme: "ws", subprotocol: "" });
  return upgradeRequestGuard().check(handshake, {
    signal: new AbortController().signal,
  }) as Verdict;
}

describe("upgradeRequestGuard", () => {
  it("is one constant", () => {
    expect(upgradeRequestGuard()).toBe(upgradeRequestGuard());
  });

  it("accepts a valid handshake", () => {
    expect(check()).toBe(accept);
    expect(check({ upgrade: "WebSocket", connection: "keep-alive, upgrade" })).toBe(accept);
  });

  it.each([undefined, "", "h2c", "websocket, websocket", "websockets"])(
    "answers 426 to Upgrade %o and says how to upgrade",
    (upgrade) => {
      expect(check({ upgrade })).toMatchObject({
        code: "ERR_UPGRADE_REQUIRED",
        status: 426,
        rule: "upgrade",
        seen: upgrade ?? "(no Upgrade header)",
        headers: {
          Connection: "Upgrade",
          Upgrade: "websocket",
          "Sec-WebSocket-Version": "13",
        },
      });
    },
  );

  it.each([undefined, "", "keep-alive", "upgraded"])(
    "answers 400 to Connection %o",
    (connection) => {
      expect(check({ connection })).toMatchObject({
        code: "ERR_CONNECTION_HEADER_INVALID",
        status: 400,
        seen: connection ?? "(no Connection header)",
      });
    },
  );

  it.each([
    ["AAAAAA=", "a key of 7 characters"],
    ["dGhlIHNhbXBsZSBub25jZQ", "a key of 22 characters"],
    ["dGhlIHNhbXBsZSBub25jZR==", "a key of 24 characters"],
    ["dGhlIHNhbXBsZSBub25jZTEy", "a key of 24 characters"],
    ["dGhlIHNhbXBsZSBub25j-Q==", "a key of 24 characters"],
    ["dGhlIHNhbXBsZSBub25jZQ==\n", "a key of 25 characters"],
    [undefined, "(no Sec-WebSocket-Key header)"],
  ])("answers 400 to the key %o without repeating it", (key, seen) => {
    expect(check({ "sec-websocket-key": key })).toMatchObject({
      code: "ERR_KEY_INVALID",
      status: 400,
      rule: "key",
      seen,
    });
  });

  it("accepts every key of 16 bytes and no other length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        const key = Buffer.from(bytes).toString("base64");
        expect(check({ "sec-websocket-key": key }).accepted).toBe(bytes.length === 16);
      }),
      { examples: [[new Uint8Array(16).fill(255)], [new Uint8Array(17)], [new Uint8Array(18)]] },
    );
  });

  it.each([undefined, "8", "013", "13, 8"])("answers 426 to version %o", (version) => {
    expect(check({ "sec-websocket-version": version })).toMatchObject({
      code: "ERR_VERSION_UNSUPPORTED",
      status: 426,
      headers: { "Sec-WebSocket-Version": "13" },
    });
  });

  it("checks Upgrade, Connection, key and version in this order", () => {
    const wrong: Record<string, string> = {};
    const codes: unknown[] = [];
    for (const name of Object.keys(valid).toReversed()) {
      wrong[name] = "wrong";
      codes.push(check(wrong));
    }
    expect(codes).toMatchObject([
      { code: "ERR_VERSION_UNSUPPORTED" },
      { code: "ERR_KEY_INVALID" },
      { code: "ERR_CONNECTION_HEADER_INVALID" },
      { code: "ERR_UPGRADE_REQUIRED" },
    ]);
  });
});
