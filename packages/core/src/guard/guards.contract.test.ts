import { describe, it } from "vitest";
import { accept, type Guard, refuse } from "../contract/guard.ts";
import { describeGuard } from "../testing/describe-guard.ts";
import { allOf } from "./all-of.ts";
import { authenticateGuard } from "./authenticate.ts";
import { connectionLimitGuard, connectionLimitPerIpGuard } from "./connection-limit.ts";
import { hostGuard } from "./host.ts";
import { IpBlackList, ipGuard } from "./ip.ts";
import { originGuard } from "./origin.ts";
import { subprotocolGuard } from "./subprotocol.ts";
import { upgradeRequestGuard } from "./upgrade-request.ts";

const runner = { describe, it };

const originCases = {
  accepts: [{ origin: "https://example.com" }],
  refuses: [
    { request: { origin: "https://evil.example" }, rule: "origin", code: "ERR_ORIGIN_REFUSED" },
    { request: { origin: null }, rule: "origin", code: "ERR_ORIGIN_MISSING" },
  ],
} as const;

describeGuard(
  "originGuard",
  {
    ...originCases,
    create: () =>
      originGuard({ allowed: ["example.com"], missingOrigin: "refuse", mode: "enforce" }),
  },
  runner,
);

describeGuard(
  "originGuard that only reports",
  {
    accepts: [{ origin: "https://evil.example" }, { origin: null }],
    refuses: [],
    create: () =>
      originGuard({ allowed: ["example.com"], missingOrigin: "refuse", mode: "report" }),
  },
  runner,
);

describeGuard(
  "hostGuard",
  {
    accepts: [{ host: "example.com" }, { host: "EXAMPLE.com:8080" }],
    refuses: [
      { request: { host: "other.example" }, rule: "host", code: "ERR_HOST_REFUSED" },
      { request: { host: "" }, rule: "host" },
    ],
    create: () => hostGuard(["example.com"]),
  },
  runner,
);

describeGuard(
  "ipGuard",
  {
    accepts: [{ ip: "10.0.0.1" }, { ip: "2001:db8::1" }],
    refuses: [
      { request: { ip: "10.6.6.6" }, rule: "ip", code: "ERR_IP_REFUSED" },
      { request: { ip: "203.0.113.7" }, rule: "ip" },
      { request: { ip: "" }, rule: "ip" },
    ],
    create: () => ipGuard({ allow: ["10.0.0.0/8", "2001:db8::/32"], block: ["10.6.6.6"] }),
  },
  runner,
);

describeGuard(
  "IpBlackList",
  {
    accepts: [{ ip: "10.0.0.1" }, { ip: "" }],
    refuses: [{ request: { ip: "203.0.113.7" }, rule: "ip" }],
    create: () => new IpBlackList().blockAddress("203.0.113.7"),
  },
  runner,
);

describeGuard(
  "connectionLimitGuard",
  {
    accepts: [{}],
    refuses: [],
    limit: 3,
    create: () => connectionLimitGuard({ max: 3, scope: "route" }),
  },
  runner,
);

describeGuard(
  "connectionLimitPerIpGuard",
  {
    accepts: [{ ip: "203.0.113.7" }, { ip: "2001:db8::1" }, { ip: "" }],
    refuses: [],
    limit: 2,
    create: () => connectionLimitPerIpGuard({ max: 2 }),
  },
  runner,
);

describeGuard(
  "subprotocolGuard",
  {
    accepts: [{ subprotocol: "chat.v2" }],
    refuses: [
      { request: {}, rule: "subprotocol", code: "ERR_SUBPROTOCOL_UNSUPPORTED" },
      { request: { headers: { "Sec-WebSocket-Protocol": "soap" } }, rule: "subprotocol" },
    ],
    create: () => subprotocolGuard({ supported: ["chat.v1", "chat.v2"], strict: true }),
  },
  runner,
);

describeGuard(
  "upgradeRequestGuard",
  {
    accepts: [{}, { headers: { connection: "keep-alive, Upgrade", upgrade: "WebSocket" } }],
    refuses: [
      { request: { headers: { upgrade: null } }, rule: "upgrade", code: "ERR_UPGRADE_REQUIRED" },
      { request: { headers: { connection: "close" } }, rule: "connection" },
      { request: { headers: { "Sec-WebSocket-Key": "short" } }, rule: "key" },
      { request: { headers: { "Sec-WebSocket-Version": "8" } }, rule: "version" },
    ],
    create: () => upgradeRequestGuard(),
  },
  runner,
);

for (const isAsync of [false, true]) {
  describeGuard(
    `authenticateGuard, ${isAsync ? "asynchronous" : "synchronous"}`,
    {
      accepts: [{ query: "token=eve" }],
      refuses: [
        { request: {}, rule: "authenticate", code: "ERR_UNAUTHORIZED" },
        { request: { query: { token: "mallory" } }, rule: "banned", code: "ERR_GUARD_REFUSED" },
      ],
      isAsync,
      create: () =>
        authenticateGuard(({ query }) => {
          const userId = query.get("token");
          const banned = refuse({ rule: "banned", seen: "a banned user", wanted: "another user" });
          const answer = userId === "mallory" ? banned : userId === null ? null : { userId };
          return isAsync ? Promise.resolve(answer) : answer;
        }),
    },
    runner,
  );
}

const later: Guard = { check: () => Promise.resolve(accept) };

for (const others of [[], [later]]) {
  describeGuard(
    `allOf a limit, ${others.length > 0 ? "an async guard, " : ""}and an origin`,
    {
      ...originCases,
      limit: 2,
      isAsync: others.length > 0,
      create: () =>
        allOf(
          connectionLimitGuard({ max: 2, scope: "node" }),
          ...others,
          originGuard({ allowed: ["example.com"], missingOrigin: "refuse", mode: "enforce" }),
        ),
    },
    runner,
  );
}
