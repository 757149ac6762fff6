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

/** What a message costs each server, by scenario: microseconds, or KiB of memory. */
type Costs = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Two rounds of these servers; memory is twice as much in the second one. */
function measured(costs: Costs): Comparison["scenarios"] {
  const results = new Results();
  const figuresOf = (round: number, cost: number) =>
    figures({
      round,
      cpuSecondsPerMillion: cost,
      rssPerConnectionBytes: 1_024 * (round + 1) * cost,
    });
  const chosen = scenarios.filter(({ name }) => Object.hasOwn(costs, name));
  const entries = chosen.map((scenario) => {
    const servers = costs[scenario.name] ?? {};
    for (const [server, cost] of Object.entries(servers)) {
      for (const round of [0, 1]) results.add(scenario.name, server, figuresOf(round, cost));
    }
    const result = results.scenarioResult(scenario, [...Object.keys(servers), "bun"]);
    return [scenario.name, result] as const;
  });
  return Object.fromEntries(entries);
}

/** Three servers, one CPU scenario and one memory scenario, two rounds. */
export function comparison(changes: Partial<Comparison> = {}): Comparison {
  const costs = { "raw-uws": 6, windlass: 6.3, ws: 12.6 };
  return {
    startedAt: "2026-11-21T07:00:00.000Z",
    command: "npx pnpm@10 bench compare",
    machine: { cpu: "Some CPU", cores: 2, memory: "24 GiB", kernel: "Linux 6.18" },
    versions: { "Node.js": "20.20.2", ws: "8.23.0" },
    quick: false,
    rounds: 2,
    notes: ["Servers are pinned to core 0, the generator to core 1."],
    failures: [],
    scenarios: measured({ "echo-20-1": costs, "memory-bare": costs }),
    ...changes,
  };
}

/** With a server that takes part in the first of two scenarios only. */
export function typedComparison(): Comparison {
  const costs = { "raw-uws": 6, windlass: 6, "socket.io": 18 };
  const { "socket.io": last, ...first } = costs;
  const typed = { ...first, "windlass-typed": 9, "socket.io": last };
  return comparison({ scenarios: measured({ "echo-20-1": typed, connect: costs }) });
}
