import { describe, expect, it } from "vitest";
import { figures } from "./comparison.test-helper.ts";
import { Results } from "./results.ts";
import { type PeerScenario, scenarios } from "./scenarios.ts";

function scenarioNamed(name: string): PeerScenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
}

const echo = scenarioNamed("echo-20-1");

function measured(cost: Readonly<Record<string, readonly number[]>>): Results {
  const results = new Results();
  for (const [server, values] of Object.entries(cost)) {
    for (const [round, cpuSecondsPerMillion] of values.entries()) {
      results.add(echo.name, server, figures({ round, cpuSecondsPerMillion }));
    }
  }
  return results;
}

describe("Results", () => {
  it("gives medians and spreads of the rounds", () => {
    const { servers } = measured({ ws: [10, 30, 11] }).scenarioResult(echo, ["ws"]);
    expect(servers["ws"]?.cpuSecondsPerMillion).toBe(11);
    expect(servers["ws"]?.spread.cpuSecondsPerMillion).toMatchObject({ min: 10, max: 30 });
    expect(servers["ws"]?.rounds).toHaveLength(3);
  });

  it("takes the ratio to raw uWebSockets.js within each round", () => {
    // The ratio of the medians would be 20 / 10.
    const results = measured({ "raw-uws": [5, 10, 30], ws: [15, 30, 20] });
    const { servers } = results.scenarioResult(echo, ["raw-uws", "ws"]);
    expect(servers["ws"]?.ratioToRaw).toBe(3);
    expect(servers["ws"]?.spread.ratioToRaw).toMatchObject({ min: 20 / 30, max: 3 });
    expect(servers["raw-uws"]?.ratioToRaw).toBe(1);
  });

  it("has no ratio without raw uWebSockets.js", () => {
    const { servers } = measured({ ws: [10] }).scenarioResult(echo, ["ws"]);
    expect(servers["ws"]?.ratioToRaw).toBeNull();
    expect(servers["ws"]?.spread).not.toHaveProperty("ratioToRaw");
  });

  it("compares memory in the memory scenarios", () => {
    const memory = scenarioNamed("memory-bare");
    const results = new Results();
    results.add(memory.name, "raw-uws", figures({ rssPerConnectionBytes: 600 }));
    results.add(memory.name, "ws", figures({ rssPerConnectionBytes: 6_000 }));
    const { servers } = results.scenarioResult(memory, ["raw-uws", "ws"]);
    expect(servers["ws"]).toMatchObject({ rssPerConnectionBytes: 6_000, ratioToRaw: 10 });
  });

  it("sums requests and replies over the rounds", () => {
    const results = new Results();
    results.add(echo.name, "ws", figures({ round: 0, requests: 10, replies: 9 }));
    results.add(echo.name, "ws", figures({ round: 1, requests: 5, replies: 5 }));
    const { servers } = results.scenarioResult(echo, ["ws"]);
    expect(servers["ws"]).toMatchObject({ requests: 15, replies: 14 });
  });

  it("leaves out a server that was never measured", () => {
    const { servers } = measured({ ws: [10] }).scenarioResult(echo, ["ws", "bun"]);
    expect(Object.keys(servers)).toEqual(["ws"]);
  });

  it("says when the generator was the limit in a round", () => {
    const results = new Results();
    results.add(echo.name, "ws", figures({ round: 0 }));
    results.add(echo.name, "ws", figures({ round: 1, isGeneratorBound: true }));
    const { servers } = results.scenarioResult(echo, ["ws"]);
    expect(servers["ws"]?.isGeneratorBound).toBe(true);
  });
});
