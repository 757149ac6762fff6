import type { LatencySummary, Report, TimelinePoint } from "../../contract/report.ts";
import { unitsOf } from "../describe-settings.ts";
import { latencyKinds } from "../latency-rows.ts";

/** What the numbers of a series are; the script of the page knows how to write them. */
type Unit = "microseconds" | "perSecond" | "bytes" | "share";

interface PlotSeries {
  readonly label: string;
  readonly unit: Unit;
}

/** A plot as the script of the page draws it. Series of the first unit belong to the left axis. */
export interface Plot {
  readonly id: string;
  readonly title: string;
  readonly axis: "percentile" | "seconds";
  readonly series: readonly PlotSeries[];
  /** The positions on the horizontal axis, then the values of each series. */
  readonly columns: readonly (readonly (number | null)[])[];
}

/** The plots for which a report has data. */
export function plotsOf(report: Report): readonly Plot[] {
  return [...percentilePlot(report), ...timelinePlots(report)];
}

/** log10(1 / (1 - p)): 90 % at 1, 99 % at 2, 99.9 % at 3. */
export function percentilePosition(percentile: number, count: number): number {
  // The end of the curve is one value in `count` away from 100 %.
  const rest = Math.max(1 - percentile / 100, 1 / Math.max(1, count));
  return rest === 1 ? 0 : -Math.log10(rest);
}

function percentilePlot(report: Report): readonly Plot[] {
  // Beside latencies of messages, that of handshakes would only flatten the picture.
  const kinds = latencyKinds(report).filter(
    ([name, { curve }]) =>
      curve.length > 0 && (report.latency === undefined || name !== "handshake"),
  );
  if (kinds.length === 0) return [];
  const curves = kinds.map(([, summary]) => positions(summary));
  const xs = [...new Set(curves.flatMap((curve) => [...curve.keys()]))].sort((a, b) => a - b);
  return [
    {
      id: "percentiles",
      title: "Latency by percentile",
      axis: "percentile",
      series: kinds.map(([label]) => ({ label, unit: "microseconds" })),
      columns: [xs, ...curves.map((curve) => xs.map((x) => curve.get(x) ?? null))],
    },
  ];
}

function positions({ curve, count }: LatencySummary): Map<number, number> {
  return new Map(curve.map(({ percentile, us }) => [percentilePosition(percentile, count), us]));
}

function timelinePlots({ timeline, settings }: Report): readonly Plot[] {
  if (timeline.length === 0) return [];
  const column = (key: keyof TimelinePoint) => timeline.map((point) => point[key]);
  const plot = (
    id: string,
    title: string,
    parts: readonly (readonly [keyof TimelinePoint, PlotSeries])[],
  ) => {
    const known = parts.filter(([key]) => timeline.some((point) => point[key] !== null));
    if (known.length === 0) return [];
    const series = known.map(([, one]) => one);
    const columns = [column("seconds"), ...known.map(([key]) => column(key))];
    return [{ id, title, axis: "seconds" as const, series, columns }];
  };
  const units = unitsOf(settings);
  return [
    ...plot("throughput", "Throughput and latency over time", [
      ["messagesPerSecond", { label: `${units}/s`, unit: "perSecond" }],
      ["p99Us", { label: "p99", unit: "microseconds" }],
      ["p50Us", { label: "p50", unit: "microseconds" }],
    ]),
    ...plot("server", "Server memory and CPU over time", [
      ["serverRssBytes", { label: "RSS", unit: "bytes" }],
      ["serverCpuShare", { label: "CPU (cores)", unit: "share" }],
    ]),
  ];
}
