import { factorTo } from "./factors.ts";
import { formatNumber, formatRatio } from "./format.ts";
import { gridToMarkdown } from "./grid.ts";
import { methodSection } from "./method.ts";
import { basePeerName, ownPeerName } from "./peers.ts";
import { titleOfPeer } from "./plots.ts";
import type { Comparison, ScenarioResult, ServerResult } from "./result.ts";
import { formatRss, isAboutCpu, isAboutMemory, overview, rateCell } from "./tables.ts";

/** The page `docs/benchmarks.md`; the plots are in the folder `benchmarks` beside it. */
export function comparisonToMarkdown(comparison: Comparison): string {
  return `${[
    "# Benchmarks",
    introduction(comparison),
    "## Cost at a glance",
    "Server CPU microseconds per message (per delivery, per accepted connection), and the ratio to raw uWebSockets.js:",
    gridToMarkdown(overview(comparison, isAboutCpu, costCell, titleOfPeer)),
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
  return [
    "How many times the cost of Windlass (CPU; memory in the memory scenarios) the others have, as the median of the rounds' ratios:",
    gridToMarkdown(grid),
    others.map((server) => factorSentence(server, Object.values(scenarios))).join("\n"),
  ].join("\n\n");
}

function factorSentence(server: string, scenarios: readonly ScenarioResult[]): string {
  const rangeOf = (isWanted: (scenario: ScenarioResult) => boolean): string | undefined => {
    const factors = scenarios
      .filter(isWanted)
      .map((scenario) => factorTo(ownPeerName, server, scenario))
      .filter((factor) => factor !== undefined);
    if (factors.length === 0) return undefined;
    const [least, most] = [formatRatio(Math.min(...factors)), formatRatio(Math.max(...factors))];
    return least === most ? least : `${least} to ${most}`;
  };
  const cpu = rangeOf(isAboutCpu);
  const memory = rangeOf(isAboutMemory);
  const parts = [cpu && `${cpu} the CPU`, memory && `${memory} the memory`];
  return `- ${titleOfPeer(server)}: ${parts.filter(Boolean).join(", ")}.`;
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
