import { describe, expect, it } from "vitest";
import { findBun } from "./bun-binary.ts";
import { commandOf, isComplete, withParticipants } from "./compare.ts";
import { parseNames, parseRounds } from "./compare-command.ts";
import { choosePeers, participants, peers } from "./peers.ts";
import { scenarios } from "./scenarios.ts";

describe("commandOf", () => {
  it("repeats what was asked for", () => {
    const options = { quick: true, only: ["connect"], servers: ["ws", "bun"], rounds: 5 };
    expect(commandOf(options)).toBe(
      "npx pnpm@10 bench compare --quick --only connect --servers ws,bun --rounds 5",
    );
  });

  it("is short for everything", () => {
    expect(commandOf({ quick: false })).toBe("npx pnpm@10 bench compare");
  });
});

describe("isComplete", () => {
  it("takes the full run, or one with more rounds, for the documentation", () => {
    expect([isComplete({ quick: false }), isComplete({ quick: false, rounds: 9 })]).toEqual([
      true,
      true,
    ]);
  });

  it("takes nothing less", () => {
    const less = [
      { quick: true },
      { quick: false, rounds: 3 },
      { quick: false, only: ["connect"] },
      { quick: false, servers: ["ws"] },
    ];
    expect(less.map(isComplete)).toEqual([false, false, false, false]);
  });
});

describe("choosePeers", () => {
  it("keeps the order of the table", () => {
    expect(choosePeers(["ws", "raw-uws"]).map(({ name }) => name)).toEqual(["raw-uws", "ws"]);
  });

  it("names what there is to choose from", () => {
    expect(() => choosePeers(["ws", "wss"])).toThrow(
      /There is no server "wss"; choose from raw-uws, windlass, .*socket\.io\./,
    );
  });
});

describe("participants", () => {
  const namesIn = (scenario: string) => participants(peers, scenario).map(({ name }) => name);

  it("are all servers, unless one says where it takes part", () => {
    const ofTopics = peers.filter(({ scenarios }) => scenarios?.includes("publish-kept-100"));
    const named = (rows: typeof peers) => rows.map(({ name }) => name);
    const everywhere = named(peers.filter((peer) => !ofTopics.includes(peer)));
    expect(named(ofTopics)).toEqual([
      "windlass-history",
      "windlass-lmdb",
      "windlass-redis",
      "socket.io-redis",
    ]);
    expect(namesIn("publish-kept-100")).toEqual([
      "raw-uws",
      "windlass",
      ...named(ofTopics),
      "socket.io",
    ]);
    expect(namesIn("echo-1k-16")).toEqual(everywhere);
    expect(namesIn("echo-fields-1")).toEqual([
      "raw-uws",
      "windlass",
      "windlass-typed",
      "socket.io",
    ]);
    const others = everywhere.filter((name) => name !== "windlass-typed");
    for (const scenario of ["echo-20-1", "echo-16k-binary-1", "connect", "memory-bare"]) {
      expect(namesIn(scenario)).toEqual(others);
    }
  });

  it("are asked for by names of scenarios that exist", () => {
    const known = scenarios.map(({ name }) => name);
    for (const { scenarios: own = [], sitsOut = [] } of peers)
      expect(known).toEqual(expect.arrayContaining([...own, ...sitsOut]));
  });
});

describe("withParticipants", () => {
  const typed = choosePeers(["windlass-typed"]);

  it("leaves out scenarios that none of the servers takes part in", () => {
    const chosen = withParticipants(scenarios, typed).map(({ name }) => name);
    expect(chosen).toEqual(["echo-fields-1", "echo-fields-16", "echo-1k-1", "echo-1k-16"]);
    expect(withParticipants(scenarios, peers)).toEqual(scenarios);
  });

  it("says so when nothing is left", () => {
    const connect = scenarios.filter(({ name }) => name === "connect");
    expect(() => withParticipants(connect, typed)).toThrow(
      "of windlass-typed, none takes part in connect.",
    );
  });
});

describe("findBun", () => {
  it("finds nothing for a platform that Bun is not made for", () => {
    expect(findBun("sunos", "sparc")).toBeUndefined();
  });
});

describe("parseNames", () => {
  it("takes spaces and a comma too many", () => {
    expect(parseNames(" ws, bun,")).toEqual(["ws", "bun"]);
  });
});

describe("parseRounds", () => {
  it("takes whole numbers above 0 only", () => {
    expect(parseRounds("7")).toBe(7);
    for (const text of ["0", "1.5", "many", "-3"]) {
      expect(() => parseRounds(text)).toThrow(`seen "${text}"`);
    }
  });
});
