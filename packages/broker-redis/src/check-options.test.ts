import { expect, test } from "vitest";
import { checkOptions } from "./check-options.ts";
import type { RedisBrokerOptions } from "./options.ts";

/** Checks what a program without types might pass, too. */
function problemWith(options: unknown): string {
  try {
    checkOptions(options as RedisBrokerOptions);
    return "none";
  } catch (error) {
    expect(error).toMatchObject({ code: "ERR_OPTION_INVALID" });
    return String(error);
  }
}

test("takes a URL apart", () => {
  const { servers, label, secrets } = checkOptions({ url: "rediss://me:p%40ss@[::1]/2" });
  expect(servers).toEqual({
    kind: "single",
    address: { host: "::1", port: 6379 },
    entrance: { username: "me", password: "p@ss", database: 2, tls: {} },
  });
  expect(label).toBe("redis://[::1]:6379");
  expect(secrets).toEqual(["p@ss"]);
});

test("knows where Sentinels and nodes of a cluster are", () => {
  const sentinel = checkOptions({
    sentinel: { masterName: "m", urls: ["redis://:a@one", "redis://two:7"], password: "b" },
  });
  expect(sentinel.servers).toEqual({
    kind: "sentinel",
    masterName: "m",
    sentinels: [
      { address: { host: "one", port: 26_379 }, entrance: { password: "a" } },
      { address: { host: "two", port: 7 }, entrance: {} },
    ],
    entrance: { password: "b" },
  });
  expect(sentinel.label).toBe("sentinel redis://one:26379,two:7");
  expect(sentinel.secrets).toEqual(["b", "a"]);
  const cluster = checkOptions({ cluster: { urls: ["redis://u:p@one", "redis://two"] } });
  expect(cluster.servers).toEqual({
    kind: "cluster",
    seeds: [
      { host: "one", port: 6379 },
      { host: "two", port: 6379 },
    ],
    entrance: { username: "u", password: "p" },
  });
});

test("has defaults for the rest", () => {
  const settings = checkOptions({ url: "redis://host" });
  expect(settings).toMatchObject({
    keyPrefix: "windlass:",
    connectTimeoutMs: 5_000,
    commandTimeoutMs: 3_000,
    pingIntervalMs: 3_000,
    reconnectMaxDelayMs: 5_000,
    positionCheckMs: 30_000,
    nodeTimeoutMs: 12_000,
    maxCommandsInFlight: 10_000,
    maxBytesInFlight: 67_108_864,
    maxHeldBytes: 67_108_864,
  });
  const address = { host: "host", port: 1 };
  expect(settings.mapAddress(address)).toBe(address);
});

test("says what is wrong, and never a password", () => {
  const url = "redis://host";
  const cases: readonly (readonly [options: unknown, problem: string])[] = [
    [undefined, "wanted an object"],
    [{}, "exactly one of url, sentinel and cluster"],
    [{ url, cluster: { urls: [url] } }, "exactly one of url, sentinel and cluster"],
    [{ url: "http://secret@host" }, "url: wanted a URL such as redis://"],
    [{ url: "redis://user:secret%@host" }, "must be percent-encoded"],
    [{ url: "redis://:secret@host/x" }, "the database is a whole number"],
    [{ url: 7 }, "url: wanted a URL"],
    [{ cluster: { urls: [] } }, "cluster.urls: wanted an array of at least one URL"],
    [{ cluster: { urls: [url, "secret"] } }, "cluster.urls[1]: wanted a URL"],
    [{ cluster: { urls: ["redis://host/1"] } }, "a cluster has no numbered databases"],
    [{ sentinel: { urls: [url] } }, "sentinel.masterName: wanted a name"],
    [{ sentinel: { masterName: "m", urls: [url], password: 7 } }, "sentinel.password"],
    [{ url, keyPrefix: "{a}:" }, "keyPrefix: wanted a string without braces"],
    [{ url, commandTimeoutMs: 0 }, "commandTimeoutMs: wanted a whole number from 10 to 3600000"],
    [{ url, commandTimeoutMs: "secret" }, "seen string"],
    [{ url, nodeTimeoutMs: 1.5 }, "seen 1.5"],
    [{ url, mapAddress: "secret" }, "mapAddress: wanted a function"],
    [{ url, tls: true }, "tls: wanted an object"],
    [{ url, commandTimeout: 5 }, "commandTimeout: there is no such option"],
  ];
  for (const [options, problem] of cases) {
    const said = problemWith(options);
    expect(said).toContain(problem);
    expect(said).not.toContain("secret");
  }
});
