import { factorTo } from "./factors.ts";
import { formatNumber, formatRatio } from "./format.ts";
import { gridToMarkdown } from "./grid.ts";
import { methodSection } from "./method.ts";
import { basePeerName, ownPeerName, typedPeerName } from "./peers.ts";
import { titleOfPeer } from "./plots.ts";
import type { Comparison, ScenarioResult, ServerResult } from "./result.ts";
import { formatRss, isAboutCpu, isAboutMemory, noFigure, overview, rateCell } from "./tables.ts";

/** The page `docs/benchmarks.md`; the plots are in the folder `benchmarks` beside it. */
export function comparisonToMarkdown(comparison: Comparison): string {
  const costs = overview(comparison, isAboutCpu, costCell, titleOfPeer);
  return `${[
    "# Benchmarks",
    introduction(comparison),
    "## Cost at a glance",
    "Server CPU microseconds per message (per delivery, per accepted connection), and the ratio to raw uWebSockets.js:",
    gridToMarkdown(costs),
    ...(costs.rows.some((row) => row.includes(noFigure)) ? [dashNote] : []),
    "KiB of resident memory per idle connection, and the ratio:",
    gridToMarkdown(overview(comparison, isAboutMemory, memoryCell, titleOfPeer)),
    "## The others beside Windlass",
    factorSection(comparison),
    "## Scenarios",
    ...Object.entries(comparison.scenarios).map(([name, scenario]) => section(name, scenario)),
    "## Method",
    methodSection(comparison),
  ].join("\n\n")}\n`;
}

const dashNote = "A dash: the server takes no part.";

function introduction({ startedAt, rounds, command, machine, notes }: Comparison): string {
  const { cpu, cores, memory } = machine;
  return [
    "What a message costs the server, side by side with the peers. This page and its plots are written by",
    "",
    `\`\`\`sh\n${command}\n\`\`\``,
    "",
    `This is the run of ${startedAt.slice(0, 10)}: ${rounds} interleaved rounds on ${cpu}, ${cores} cores, ${memory}.`,
    "Each figure is the median of the rounds. Machines differ: the ratios carry over, the figures do not.",
    ...notes,
  ].join("\n");
}

function costCell({ cpuSecondsPerMillion, ratioToRaw }: ServerResult): string {
  return `${formatNumber(cpuSecondsPerMillion)} (${formatRatio(ratioToRaw)})`;
}

function memoryCell({ rssPerConnectionBytes, ratioToRaw }: ServerResult): string {
  return `${formatRss(rssPerConnectionBytes)} (${formatRatio(ratioToRaw)})`;
}

/** A row for each scenario: how many times the cost of Windlass the others have. */
function factorSection({ scenarios }: Comparison): string {
  const entries = Object.entries(scenarios);
  const others = [...new Set(entries.flatMap(([, { servers }]) => Object.keys(servers)))].filter(
    (server) => server !== basePeerName && !server.startsWith(ownPeerName),
  );
  const grid = {
    head: ["", ...others.map(titleOfPeer)],
    rows: entries.map(([name, scenario]) => [
      name,
      ...others.map((server) => formatRatio(factorTo(ownPeerName, server, scenario))),
    ]),
  };
  const results = Object.values(scenarios);
  const sentences = others.map((server) => factorSentence(server, results));
  return [
    "How many times the cost of Windlass (CPU; memory in the memory scenarios) the others have, as the median of the rounds' ratios:",
    gridToMarkdown(grid),
    [...sentences, ...typedSentences(results)].join("\n"),
  ].join("\n\n");
}

function factorSentence(server: string, scenarios: readonly ScenarioResult[]): string {
  const cpu = factorRange(ownPeerName, server, scenarios.filter(isAboutCpu));
  const memory = factorRange(ownPeerName, server, scenarios.filter(isAboutMemory));
  const parts = [cpu && `${cpu} the CPU`, memory && `${memory} the memory`];
  return `- ${titleOfPeer(server)}: ${parts.filter(Boolean).join(", ")}.`;
}

/** None when nothing typed was measured. */
function typedSentences(scenarios: readonly ScenarioResult[]): readonly string[] {
  const cost = factorRange(ownPeerName, typedPeerName, scenarios);
  if (cost === undefined) return [];
  const socketIo = factorRange(typedPeerName, "socket.io", scenarios);
  const beside =
    socketIo && ` Socket.IO's events, which are not validated, cost ${socketIo} as much.`;
  return [
    `- ${titleOfPeer(typedPeerName)}: ${cost} the CPU where text is echoed, for parsing, validating and writing JSON.${beside ?? ""}`,
  ];
}

/** "1.34x to 19.9x": the factors of the scenarios in which both were measured, if there are any. */
function factorRange(
  own: string,
  server: string,
  scenarios: readonly ScenarioResult[],
): string | undefined {
  const factors = scenarios
    .map((scenario) => factorTo(own, server, scenario))
    .filter((factor) => factor !== undefined);
  if (factors.length === 0) return undefined;
  const [least, most] = [formatRatio(Math.min(...factors)), formatRatio(Math.max(...factors))];
  return least === most ? least : `${least} to ${most}`;
}

function section(name: string, scenario: ScenarioResult): string {
  const servers = Object.entries(scenario.servers);
  const grid = isAboutMemory(scenario) ? memoryGrid(servers) : costGrid(servers, scenario.unit);
  const marked = servers.some(([, { isGeneratorBound }]) => isGeneratorBound);
  return [
    `### ${name}`,
    scenario.description,
    `![${name}](benchmarks/${name}.svg)`,
    gridToMarkdown(grid),
    ...(marked && isAboutCpu(scenario) ? [generatorNote] : []),
  ].join("\n\n");
}

const generatorNote =
  "\\* The generator was the limit, not the server: CPU per message holds, throughput and latency say what the generator can do.";

function costGrid(servers: readonly (readonly [string, ServerResult])[], unit: string) {
  return {
    head: [
      "",
      `CPU µs per ${unit}`,
      "min to max",
      "ratio to raw",
      "per second",
      "p50 µs",
      "p99 µs",
    ],
    rows: servers.map(([server, result]) => [
      titleOfPeer(server),
      formatNumber(result.cpuSecondsPerMillion),
      range(result.spread.cpuSecondsPerMillion, 1),
      formatRatio(result.ratioToRaw),
      rateCell(result).replace("*", "\\*"),
      formatNumber(result.p50Us),
      formatNumber(result.p99Us),
    ]),
  };
}

function memoryGrid(servers: readonly (readonly [string, ServerResult])[]) {
  return {
    head: ["", "KiB per connection", "min to max", "ratio to raw"],
    rows: servers.map(([server, result]) => [
      titleOfPeer(server),
      formatRss(result.rssPerConnectionBytes),
      range(result.spread.rssPerConnectionBytes, 1 / 1024),
      formatRatio(result.ratioToRaw),
    ]),
  };
}

function range(
  spread: { readonly min: number; readonly max: number } | undefined,
  factor: number,
): string {
  if (spread === undefined) return "-";
  return `${formatNumber(spread.min * factor)} to ${formatNumber(spread.max * factor)}`;
}
