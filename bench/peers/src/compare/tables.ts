import { formatNumber, formatRatio } from "./format.ts";
import { type Grid, gridToText } from "./grid.ts";
import type { Comparison, ScenarioResult, ServerResult } from "./result.ts";

type Cell = (server: ServerResult) => string;

/** The cell of a server that was not measured in a scenario. */
export const noFigure = "-";

/** What the end of a comparison prints, the server's cost first. */
export function comparisonToText(comparison: Comparison): string {
  const cost = "Server CPU seconds per million messages (ratio to raw uWebSockets.js)";
  const rate = "Messages per second (*: the generator was the limit)";
  return [
    section(cost, overview(comparison, isAboutCpu, cpuCell)),
    section(
      "Memory per idle connection, KiB (ratio)",
      overview(comparison, isAboutMemory, rssCell),
    ),
    section(rate, overview(comparison, isAboutCpu, rateCell)),
    section("Latency in microseconds, p50 / p99", overview(comparison, isAboutCpu, latencyCell)),
    comparison.notes.join("\n"),
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}

/** A row for each scenario that is wanted, a column for each server. */
export function overview(
  { scenarios }: Comparison,
  isWanted: (scenario: ScenarioResult) => boolean,
  cell: Cell,
  titleOf: (server: string) => string = (server) => server,
): Grid {
  const wanted = Object.entries(scenarios).filter(([, scenario]) => isWanted(scenario));
  const servers = [...new Set(wanted.flatMap(([, scenario]) => Object.keys(scenario.servers)))];
  return {
    head: ["", ...servers.map(titleOf)],
    rows: wanted.map(([name, scenario]) => [
      name,
      ...servers.map((server) => {
        const result = scenario.servers[server];
        return result === undefined ? noFigure : cell(result);
      }),
    ]),
  };
}

export function isAboutCpu({ mainFigure }: ScenarioResult): boolean {
  return mainFigure === "cpuSecondsPerMillion";
}

export function isAboutMemory({ mainFigure }: ScenarioResult): boolean {
  return mainFigure === "rssPerConnectionBytes";
}

/** In KiB. */
export function formatRss(bytes: number | undefined): string {
  return bytes === undefined ? "-" : formatNumber(bytes / 1024);
}

/** Marked where the figure is the generator's. */
export function rateCell({ messagesPerSecond, isGeneratorBound }: ServerResult): string {
  return `${formatNumber(messagesPerSecond)}${isGeneratorBound ? "*" : ""}`;
}

function cpuCell({ cpuSecondsPerMillion, ratioToRaw }: ServerResult): string {
  return `${formatNumber(cpuSecondsPerMillion)} (${formatRatio(ratioToRaw)})`;
}

function rssCell({ rssPerConnectionBytes, ratioToRaw }: ServerResult): string {
  return `${formatRss(rssPerConnectionBytes)} (${formatRatio(ratioToRaw)})`;
}

function latencyCell({ p50Us, p99Us }: ServerResult): string {
  return `${formatNumber(p50Us)} / ${formatNumber(p99Us)}`;
}

function section(title: string, grid: Grid): string {
  return grid.rows.length === 0 ? "" : `${title}\n${gridToText(grid)}`;
}
