import { describe, expect, it } from "vitest";
import { BenchError } from "../contract/bench-error.ts";
import type { ScenarioName } from "../contract/settings.ts";
import { scenarioNames } from "./scenario-schemas.ts";
import { parseSettings } from "./settings.ts";

const url = "ws://127.0.0.1:8080/chat";

/** What is said about raw settings, a line for each thing; empty when nothing is wrong. */
function problems(scenario: ScenarioName, raw: Readonly<Record<string, unknown>>): string[] {
  try {
    parseSettings(scenario, { url, ...raw });
    return [];
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    const lines = error.message.split("\n");
    return lines.length === 1 ? lines : lines.slice(1).map((line) => line.replace(/^- /, ""));
  }
}

describe("parseSettings fills in", () => {
  it("what echo is without options", () => {
    expect(parseSettings("echo", { url })).toEqual({
      scenario: "echo",
      url,
      headers: {},
      handshake: "minimal",
      subprotocols: [],
      adapter: "plain",
      insecure: false,
      iOwnThisServer: false,
      connections: 100,
      concurrency: 100,
      workers: 1,
      warmupMs: 2_000,
      durationMs: 10_000,
      drainMs: 5_000,
      connectTimeoutMs: 10_000,
      messageBytes: 20,
      format: "text",
      inFlight: 1,
    });
  });

  it.each([
    ["connect", { connections: 1_000, concurrency: 100, holdMs: 2_000 }],
    [
      "broadcast",
      { connections: 1_001, publishers: 1, subscribers: 1_000, topics: 1, inFlight: 1 },
    ],
    ["soak", { connections: 100, rate: 1_000, durationMs: 60_000, intervalMs: 5_000 }],
    ["reconnect", { connections: 1_000, storms: 3, jitterMs: 0, restMs: 2_000 }],
  ] as const)("what %s is without options", (scenario, expected) => {
    expect(parseSettings(scenario, { url })).toMatchObject({ scenario, ...expected });
  });

  it("no messages in flight where a rate is given, which decides the loop", () => {
    const settings = parseSettings("echo", { url, rate: 0.5 });
    expect(settings).toMatchObject({ rate: 0.5 });
    expect(settings).not.toHaveProperty("inFlight");
    expect(parseSettings("echo", { url })).not.toHaveProperty("rate");
  });

  it("nothing for phases of scenarios that end by themselves", () => {
    for (const scenario of ["connect", "reconnect"] as const) {
      const settings = parseSettings(scenario, { url });
      expect(settings).toMatchObject({ warmupMs: 0, durationMs: 0, drainMs: 0 });
    }
  });
});

describe("parseSettings takes", () => {
  it("durations and sizes as people write them", () => {
    const raw = { duration: "2m", warmup: "500ms", drain: 3, messageBytes: "16k" };
    const settings = parseSettings("echo", { url, ...raw });
    const expected = { durationMs: 120_000, warmupMs: 500, drainMs: 3_000, messageBytes: 16_384 };
    expect(settings).toMatchObject(expected);
  });

  it("headers, subprotocols, an origin and a process", () => {
    const raw = {
      headers: { Cookie: "a=b" },
      subprotocols: ["chat.v2"],
      origin: "http://a.example",
    };
    expect(parseSettings("connect", { url, ...raw, pid: 4_711 })).toMatchObject({
      ...raw,
      pid: 4_711,
    });
  });

  it.each(["ws://localhost:1/", "ws://127.0.0.2/a?b=c", "wss://[::1]:1/", "ws://127.1/"])(
    "the target %s on this machine",
    (target) => {
      expect(problems("echo", { url: target })).toEqual([]);
    },
  );

  it("short messages as long as those in flight can be told apart", () => {
    expect(problems("echo", { messageBytes: 1, inFlight: 16 })).toEqual([]);
    expect(problems("echo", { messageBytes: 2, inFlight: 512 })).toEqual([]);
    expect(problems("echo", { messageBytes: 3, inFlight: 1_024 })).toEqual([]);
    expect(problems("broadcast", { messageBytes: 5, publishers: 2 })).toEqual([]);
  });

  it("topics that the URL or the namespace tells apart, or an adapter of the user's", () => {
    const many = { topics: 3, publishers: 3 };
    const rooms = { ...many, url: "ws://127.0.0.1/rooms/{topic}" };
    expect(problems("broadcast", rooms)).toEqual([]);
    expect(problems("broadcast", { ...many, adapter: "socket.io/room-{topic}" })).toEqual([]);
    expect(problems("broadcast", { ...many, adapter: "./rooms.mjs" })).toEqual([]);
  });
});

describe("parseSettings refuses", () => {
  it.each([
    ["echo", { url: undefined }, /^url: expected a WebSocket URL such as .*; seen nothing\.$/],
    ["echo", { url: "localhost:8080/chat" }, /^url: expected a WebSocket URL/],
    ["echo", { url: "http://127.0.0.1/" }, /^url: expected the scheme ws: in place of http:/],
    ["echo", { url: "ws://127.0.0.1/#a" }, /^url: expected a URL without a fragment/],
    ["echo", { url: "ws://a:b@127.0.0.1/" }, /^url: .*without user name and password/],
    [
      "echo",
      { connections: 0 },
      /^connections: expected a whole number from 1 to 1,000,000; seen 0\.$/,
    ],
    ["echo", { connections: "100" }, /^connections: .*; seen "100"\.$/],
    ["echo", { messageBytes: 0 }, /^messageBytes: expected a size from 1 to 16m.*; seen 0\.$/],
    ["echo", { messageBytes: "16x" }, /^messageBytes: .*; seen "16x"\.$/],
    ["echo", { duration: "99ms" }, /^duration: expected a duration from 100ms to 168h/],
    ["echo", { format: "txt" }, /^format: expected "text" or "binary"; seen "txt"\.$/],
    ["echo", { rate: 0 }, /^rate: expected a number above 0/],
    [
      "echo",
      { inFlight: 2, rate: 3 },
      /^rate: expected either inFlight .* or rate .*seen both, 2 and 3/,
    ],
    [
      "echo",
      { inFlight: 1_024, messageBytes: "1m" },
      /^messageBytes: expected at most 128m in flight/,
    ],
    ["echo", { inFlight: 17, messageBytes: 1 }, /^messageBytes: expected at least 3, .*seen 1\.$/],
    ["echo", { inFlight: 513, messageBytes: 2 }, /^messageBytes: expected at least 3, .*seen 2\.$/],
    ["broadcast", { publishers: 2, messageBytes: 4 }, /^messageBytes: expected at least 5/],
    ["echo", { connections: 2, workers: 3 }, /^workers: .*seen 3 for 2\.$/],
    ["echo", { pid: 1, spawn: "node" }, /^spawn: expected either pid/],
    ["echo", { origin: "" }, /^origin: expected an origin/],
    ["echo", { headers: { Origin: "a" } }, /^headers\.Origin: .*use the setting origin/],
    ["echo", { headers: { "X-A": "b\r\nX-C: d" } }, /^headers\.X-A: expected a value on one line/],
    ["echo", { headers: { "X A": "b" } }, /^headers\.X A: expected the name of a header/],
    ["echo", { subprotocols: ["a b"] }, /^subprotocols\.0: .*without spaces/],
    [
      "broadcast",
      { publishers: 2, topics: 3, adapter: "./a.mjs" },
      /^publishers: .*each of 3 topics; seen 2\.$/,
    ],
    ["broadcast", { publishers: 649 }, /^publishers: expected at most 648 for each topic/],
    ["soak", { interval: "16s" }, /^interval: expected at most a quarter .*1m; seen 16s\.$/],
    ["soak", { inFlight: 1 }, /^inFlight: soak sends at a fixed rate/],
    [
      "connect",
      { duration: "1s" },
      /^duration: connect has no such setting; echo, broadcast, soak have it\.$/,
    ],
    ["echo", { mesageBytes: 1 }, /^mesageBytes: .*did you mean messageBytes\?$/],
    ["echo", { durationMs: 1_000 }, /^durationMs: .*did you mean duration\?$/],
    ["echo", { clients: 1 }, /^clients: .*expected one of connections, messageBytes, /],
  ] as const)("%s with %o", (scenario, raw, expected) => {
    expect(problems(scenario, raw)).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    "ws://example.com/",
    "ws://10.0.0.1/",
    "ws://127.0.0.1.example.com/",
    "ws://[fe80::1]/",
  ])("the target %s elsewhere, unless it is the user's", (target) => {
    expect(problems("connect", { url: target })).toEqual([
      expect.stringMatching(/^url: .*this machine.*--i-own-this-server.*seen/),
    ]);
    expect(problems("connect", { url: target, iOwnThisServer: true })).toEqual([]);
  });

  it("topics that nothing tells apart", () => {
    const [problem] = problems("broadcast", { topics: 2, publishers: 2 });
    expect(problem).toMatch(/^topics: expected \{topic\} in the URL/);
  });

  it("texts of which a header would hold something else", () => {
    // The low byte of U+010D and U+010A: a carriage return and a line feed.
    const split = "a\u010d\u010aX-Admin: 1";
    for (const raw of [{ origin: split }, { headers: { "X-Name": split } }]) {
      expect(problems("echo", raw)).toEqual([expect.stringContaining("value on one line")]);
    }
    expect(problems("echo", { headers: { "X-Name": "caf\u00e9\tau lait" } })).toEqual([]);
  });

  it("names that every object has", () => {
    const raw = JSON.parse('{ "__proto__": 1, "toString": 2 }') as Record<string, unknown>;
    const sentences = problems("echo", raw);
    expect(sentences.length).toBeGreaterThan(0);
    for (const sentence of sentences) expect(sentence).toContain("there is no such name");
  });

  it("everything that is wrong at once", () => {
    expect(problems("echo", { connections: -1, format: "x", wrkers: 2 })).toHaveLength(3);
  });

  it("a name in the words of the caller", () => {
    const nameOf = (path: readonly PropertyKey[]): string => `--${path.join(" ")}`;
    const parse = (): unknown => parseSettings("echo", { url, workers: 0 }, { nameOf });
    expect(parse).toThrow(/^--workers: /);
  });
});

it.each(scenarioNames)("parseSettings gives the settings of %s its own name", (scenario) => {
  expect(parseSettings(scenario, { url }).scenario).toBe(scenario);
});
