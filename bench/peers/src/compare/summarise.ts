import { valuesOf } from "./factors.ts";
import type { FigureName, RoundFigures, ServerResult } from "./result.ts";
import type { MainFigure } from "./scenarios.ts";
import { median, ratiosPerRound, type Spread, spreadOf } from "./statistics.ts";

/**
 * The rounds of one server in one scenario as medians and spreads.
 *
 * @param rounds at least one
 * @param base the rounds of raw uWebSockets.js, empty when it was not measured
 * @throws RangeError without rounds
 */
export function summarise(
  rounds: readonly RoundFigures[],
  base: readonly RoundFigures[],
  mainFigure: MainFigure,
): ServerResult {
  const ratios = ratiosPerRound(valuesOf(rounds, mainFigure), valuesOf(base, mainFigure));
  const spread: Partial<Record<FigureName | "ratioToRaw", Spread>> = {};
  const summary = (figure: FigureName): number => {
    const values = valuesOf(rounds, figure).map(({ value }) => value);
    spread[figure] = spreadOf(values);
    return median(values);
  };
  if (ratios.length > 0) spread.ratioToRaw = spreadOf(ratios);
  return {
    messagesPerSecond: summary("messagesPerSecond"),
    cpuSecondsPerMillion: summary("cpuSecondsPerMillion"),
    p50Us: summary("p50Us"),
    p99Us: summary("p99Us"),
    ...(valuesOf(rounds, "rssPerConnectionBytes").length > 0 && {
      rssPerConnectionBytes: summary("rssPerConnectionBytes"),
    }),
    requests: sum(rounds.map((round) => round.requests)),
    replies: sum(rounds.map((round) => round.replies)),
    ratioToRaw: ratios.length > 0 ? median(ratios) : null,
    spread,
    isGeneratorBound: rounds.some((round) => round.isGeneratorBound),
    rounds,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
