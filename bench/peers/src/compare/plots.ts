import { type Bar, barChart } from "./bar-chart.ts";
import { formatNumber, formatRatio } from "./format.ts";
import { ownPeerName, peers } from "./peers.ts";
import type { Comparison, ScenarioResult, ServerResult } from "./result.ts";
import type { Spread } from "./statistics.ts";

/** Of a server as tables and plots show it. */
export function titleOfPeer(name: string): string {
  return peers.find((peer) => peer.name === name)?.title ?? name;
}

/** File name and picture of each scenario. */
export function plotsOf({ scenarios }: Comparison): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(scenarios).map(([name, scenario]) => [`${name}.svg`, plot(name, scenario)]),
  );
}

function plot(name: string, { mainFigure, unit, servers }: ScenarioResult): string {
  const isMemory = mainFigure === "rssPerConnectionBytes";
  const subtitle = isMemory
    ? "KiB of resident memory per idle connection, and ratio to raw uWebSockets.js; less is better"
    : `Server CPU microseconds per ${unit}, and ratio to raw uWebSockets.js; less is better`;
  const bars = Object.entries(servers).map(([server, result]) =>
    bar(server, result, isMemory ? rssOf(result) : cpuOf(result)),
  );
  return barChart({ title: name, subtitle, bars });
}

interface Measured {
  readonly value: number;
  readonly spread: Spread | undefined;
  readonly factor: number;
}

/** Seconds per million are microseconds each. */
function cpuOf({ cpuSecondsPerMillion, spread }: ServerResult): Measured {
  return { value: cpuSecondsPerMillion, spread: spread.cpuSecondsPerMillion, factor: 1 };
}

function rssOf({ rssPerConnectionBytes = 0, spread }: ServerResult): Measured {
  return { value: rssPerConnectionBytes, spread: spread.rssPerConnectionBytes, factor: 1 / 1024 };
}

function bar(
  server: string,
  { ratioToRaw }: ServerResult,
  { value, spread, factor }: Measured,
): Bar {
  const ratio = ratioToRaw === null ? "" : ` (${formatRatio(ratioToRaw)})`;
  return {
    label: titleOfPeer(server),
    value: value * factor,
    min: (spread?.min ?? value) * factor,
    max: (spread?.max ?? value) * factor,
    text: `${formatNumber(value * factor)}${ratio}`,
    isOwn: server.startsWith(ownPeerName),
  };
}
