import { describe, expect, test } from "vitest";
import { type Answer, exchange } from "../support/exchange.ts";
import { declareRoutes, type RefusedRequest } from "../support/golden-routes.ts";
import { handshakeRequest, sampleKey } from "../support/raw-client.ts";
import { startApp } from "../support/start-app.ts";

const upgradeAnswer = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"];
const paths = "/chat, /any, /sub, /room/:name";
const requestRules = {
  path: { code: "ERR_ROUTE_NOT_FOUND", rule: "path", wanted: paths },
  host: { code: "ERR_HOST_REFUSED", rule: "host", wanted: "localhost" },
  method: { code: "ERR_METHOD_NOT_ALLOWED", rule: "method", wanted: "GET" },
  request: { code: "ERR_REQUEST_INVALID", rule: "request" },
};
const handshakeRules = {
  upgrade: { code: "ERR_UPGRADE_REQUIRED", rule: "upgrade", wanted: /^Upgrade: websocket/ },
  connection: {
    code: "ERR_CONNECTION_HEADER_INVALID",
    rule: "connection",
    wanted: /^Connection: Upgrade/,
  },
  key: { code: "ERR_KEY_INVALID", rule: "key", wanted: /^16 bytes in base64/ },
  version: {
    code: "ERR_VERSION_UNSUPPORTED",
    rule: "version",
    wanted: "Sec-WebSocket-Version: 13",
  },
  origin: { code: "ERR_ORIGIN_REFUSED", rule: "origin", wanted: /localhost/ },
  missingOrigin: { code: "ERR_ORIGIN_MISSING", rule: "origin", wanted: /localhost/ },
  subprotocol: { code: "ERR_SUBPROTOCOL_UNSUPPORTED", rule: "subprotocol" },
};

const noSuchPath: readonly RefusedRequest[] = [
  { name: "an unknown path", path: "/nowhere", seen: "/nowhere" },
  { name: "a trailing slash", path: "/chat/", seen: "/chat/" },
  { name: "a path in another case", path: "/Chat", seen: "/Chat" },
  { name: "a path that is only equal after decoding", path: "/%63hat", seen: "/%63hat" },
  { name: "a path with two slashes", path: "//chat", seen: "//chat" },
  { name: "an unknown path with a query", path: "/nowhere?token=s3cret", seen: "/nowhere" },
  { name: "an empty path parameter", path: "/room/", seen: "/room/" },
  { name: "a path parameter with a slash", path: "/room/a/b", seen: "/room/a/b" },
  { name: "a path parameter that does not decode", path: "/room/%E0%A4", seen: "/room/%E0%A4" },
].map(({ name, path, seen }) => ({
  name,
  path,
  status: "404 Not Found",
  logged: { ...requestRules.path, seen },
}));

const refusedByRequest: readonly RefusedRequest[] = [
  {
    name: "another Host",
    headers: { Host: "evil.example" },
    status: "404 Not Found",
    logged: { ...requestRules.host, seen: "evil.example" },
  },
  // The engine takes these two; Ratchet answers 400 as well.
  {
    name: "an empty Host",
    headers: { Host: "" },
    status: "400 Bad Request",
    logged: {
      ...requestRules.request,
      seen: "Host: ",
      wanted: "Host: exactly one, as host or host:port",
    },
  },
  {
    name: "two Hosts",
    headers: { Host: "localhost\r\nHost: evil.example" },
    status: "400 Bad Request",
    logged: {
      ...requestRules.request,
      seen: "Host: localhost, evil.example",
      wanted: "Host: exactly one, as host or host:port",
    },
  },
  {
    name: "two Content-Lengths",
    headers: { "Content-Length": "0\r\nContent-Length: 7" },
    status: "400 Bad Request",
    logged: {
      ...requestRules.request,
      seen: "Content-Length: 0, 7",
      wanted: "Content-Length: at most one number",
    },
  },
  // The engine calls us and then answers 400 itself, whatever we wrote; the log line is ours.
  {
    name: "a Content-Length that is no number",
    headers: { "Content-Length": "ten" },
    status: "400 Bad Request",
    body: /Bad Request/,
    logged: { ...requestRules.request, seen: "Content-Length: ten", wanted: /^Content-Length: / },
  },
  {
    name: "a Transfer-Encoding other than chunked",
    headers: { "Transfer-Encoding": "gzip" },
    status: "400 Bad Request",
    logged: {
      ...requestRules.request,
      seen: "Transfer-Encoding: gzip",
      wanted: "Transfer-Encoding: chunked, or none",
    },
  },
  {
    name: "a method in lower case",
    method: "get",
    status: "400 Bad Request",
    logged: {
      ...requestRules.request,
      seen: "a request the engine did not take as a handshake",
      wanted: /RFC 6455 section 4.1/,
    },
  },
  ...["POST", "HEAD", "PUT", "DELETE", "OPTIONS", "BREW"].map((method) => ({
    name: `method ${method}`,
    method,
    status: "405 Method Not Allowed",
    answers: ["Allow: GET"],
    logged: { ...requestRules.method, seen: method },
  })),
];

const refusedByHandshake: readonly RefusedRequest[] = [
  {
    name: "no Upgrade header",
    headers: { Upgrade: undefined },
    status: "426 Upgrade Required",
    answers: upgradeAnswer,
    logged: { ...handshakeRules.upgrade, seen: "(no Upgrade header)" },
  },
  {
    name: "a page opened in the browser",
    headers: {
      Upgrade: undefined,
      Connection: "keep-alive",
      "Sec-WebSocket-Key": undefined,
      "Sec-WebSocket-Version": undefined,
    },
    status: "426 Upgrade Required",
    answers: upgradeAnswer,
    logged: { ...handshakeRules.upgrade, seen: "(no Upgrade header)" },
  },
  {
    name: "an upgrade to something else",
    headers: { Upgrade: "h2c" },
    status: "426 Upgrade Required",
    answers: upgradeAnswer,
    logged: { ...handshakeRules.upgrade, seen: "h2c" },
  },
  {
    name: "no Connection header",
    headers: { Connection: undefined },
    status: "400 Bad Request",
    logged: { ...handshakeRules.connection, seen: "(no Connection header)" },
  },
  {
    name: "a Connection header without Upgrade",
    headers: { Connection: "keep-alive" },
    status: "400 Bad Request",
    logged: { ...handshakeRules.connection, seen: "keep-alive" },
  },
  ...[
    { what: "no key", key: undefined, seen: "(no Sec-WebSocket-Key header)" },
    { what: "a key that is too short", key: "abc", seen: "a key of 3 characters" },
    { what: "a key that is too long", key: `${sampleKey}A`, seen: "a key of 25 characters" },
    {
      what: "a key of 24 characters that is not base64",
      key: "?".repeat(24),
      seen: "a key of 24 characters",
    },
    {
      what: "a key of 24 characters with 17 bytes",
      key: `${"A".repeat(23)}=`,
      seen: "a key of 24 characters",
    },
    {
      what: "a key of 24 characters with 18 bytes",
      key: "A".repeat(24),
      seen: "a key of 24 characters",
    },
  ].map(({ what, key, seen }) => ({
    name: what,
    headers: { "Sec-WebSocket-Key": key },
    status: "400 Bad Request",
    logged: { ...handshakeRules.key, seen },
  })),
  ...[
    { version: undefined, seen: "(no Sec-WebSocket-Version header)" },
    { version: "8", seen: "8" },
    { version: "14", seen: "14" },
    { version: "abc", seen: "abc" },
  ].map(({ version, seen }) => ({
    name: `version ${version ?? "left out"}`,
    headers: { "Sec-WebSocket-Version": version },
    status: "426 Upgrade Required",
    answers: ["Sec-WebSocket-Version: 13"],
    logged: { ...handshakeRules.version, seen },
  })),
  {
    name: "an Origin of somebody else",
    path: "/chat",
    headers: { Origin: "https://evil.example" },
    status: "403 Forbidden",
    logged: { ...handshakeRules.origin, seen: "https://evil.example" },
  },
  {
    name: "an Origin that only ends like ours",
    path: "/chat",
    headers: { Origin: "https://evil-localhost" },
    status: "403 Forbidden",
    logged: { ...handshakeRules.origin, seen: "https://evil-localhost" },
  },
  {
    name: "no Origin",
    path: "/chat",
    status: "403 Forbidden",
    logged: { ...handshakeRules.missingOrigin, seen: "(no Origin header)" },
  },
  {
    name: "a subprotocol where there is none",
    headers: { "Sec-WebSocket-Protocol": "v1.chat" },
    status: "426 Upgrade Required",
    logged: { ...handshakeRules.subprotocol, seen: "v1.chat", wanted: "no subprotocol" },
  },
  {
    name: "no subprotocol where there are some",
    path: "/sub",
    status: "426 Upgrade Required",
    answers: ["Sec-WebSocket-Protocol: v2.chat, v1.chat"],
    logged: {
      ...handshakeRules.subprotocol,
      seen: "(no Sec-WebSocket-Protocol)",
      wanted: "v2.chat, v1.chat",
    },
  },
  {
    name: "only foreign subprotocols",
    path: "/sub",
    headers: { "Sec-WebSocket-Protocol": "v3.chat, V2.CHAT" },
    status: "426 Upgrade Required",
    answers: ["Sec-WebSocket-Protocol: v2.chat, v1.chat"],
    logged: { ...handshakeRules.subprotocol, seen: "v3.chat, V2.CHAT", wanted: "v2.chat, v1.chat" },
  },
];

/** Must never reach a log: what authenticates a user, and the client's random key. */
const secrets = {
  Cookie: "session=s3cret-cookie",
  Authorization: "Bearer s3cret-token",
};

async function refuseRequest(refused: RefusedRequest): Promise<{ answer: Answer; log: string }> {
  const { port, log } = await startApp(declareRoutes);
  const { path = "/any", method = "GET", headers } = refused;
  const request = handshakeRequest(path, { method, headers: { ...secrets, ...headers } });
  const answer = await exchange(port, request);
  const problems = log.lines.filter(({ level }) => level === "warn" || level === "error");
  expect(problems).toEqual([expect.objectContaining({ message: "request refused" })]);
  const { wanted, ...exact } = refused.logged;
  const status = Number.parseInt(refused.status, 10);
  expect(problems[0]).toMatchObject({ ...exact, status, ip: "127.0.0.1" });
  if (typeof wanted === "string") expect(problems[0]?.["wanted"]).toBe(wanted);
  else expect(problems[0]?.["wanted"]).toMatch(wanted);
  return { answer, log: JSON.stringify(log.lines) };
}

describe("refuses and explains", () => {
  const all = [...noSuchPath, ...refusedByRequest, ...refusedByHandshake];
  test.each(all)("$name with $status", async (refused) => {
    const { answer, log } = await refuseRequest(refused);
    expect(answer.statusLine).toBe(`HTTP/1.1 ${refused.status}`);
    expect(answer.headers).toEqual(expect.arrayContaining(["Connection: close"]));
    expect(answer.headers).toEqual(expect.arrayContaining([...(refused.answers ?? [])]));
    // An answer to HEAD has no body; the other bodies name the error for the catalogue.
    if (refused.method === "HEAD") expect(answer.body).toBe("");
    else expect(answer.body).toMatch(refused.body ?? new RegExp(`^${refused.logged.code}: .+\\n$`));
    expect(answer.body).not.toContain("localhost");
    expect(log).not.toMatch(/s3cret/);
    expect(log).not.toContain(sampleKey);
  });
});
