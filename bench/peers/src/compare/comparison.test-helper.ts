import type { Comparison, RoundFigures } from "./result.ts";
import { Results } from "./results.ts";
import { scenarios } from "./scenarios.ts";

/** Figures of one round; what is not said is not what the test is about. */
export function figures(changes: Partial<RoundFigures> = {}): RoundFigures {
  return {
    round: 0,
    messagesPerSecond: 100_000,
    cpuSecondsPerMillion: 6.5,
    p50Us: 80,
    p99Us: 200,
    requests: 1_000,
    replies: 1_000,
    isGeneratorBound: false,
    ...changes,
  };
}

/** Three servers, one CPU scenario and one memory scenario, two rounds. */
export function comparison(changes: Partial<Comparison> = {}): Comparison {
  const results = new Results();
  const cost = { "raw-uws": 6, windlass: 6.3, ws: 12.6 };
  for (const [server, cpuSecondsPerMillion] of Object.entries(cost)) {
    for (const round of [0, 1]) {
      const slow = round + 1;
      results.add("echo-20-1", server, figures({ round, cpuSecondsPerMillion }));
      results.add(
        "memory-bare",
        server,
        figures({ round, rssPerConnectionBytes: 1_024 * slow * cpuSecondsPerMillion }),
      );
    }
  }
  const chosen = scenarios.filter(({ name }) => ["echo-20-1", "memory-bare"].includes(name));
  return {
    startedAt: "2026-11-21T07:00:00.000Z",
    command: "npx pnpm@10 bench compare",
    machine: { cpu: "Some CPU", cores: 2, memory: "24 GiB", kernel: "Linux 6.18" },
    versions: { "Node.js": "20.20.2", ws: "8.23.0" },
    quick: false,
    rounds: 2,
    notes: ["Servers are pinned to core 0, the generator to core 1."],
    failures: results.failures,
    scenarios: Object.fromEntries(
      chosen.map((scenario) => [
        scenario.name,
        results.scenarioResult(scenario, ["raw-uws", "windlass", "ws", "bun"]),
      ]),
    ),
    ...changes,
  };
}
