import type { FigureName, RoundFigures, ScenarioResult } from "./result.ts";
import { median, ratiosPerRound } from "./statistics.ts";

/**
 * How many times `own` a server costs in a scenario: median of the ratios of the rounds, of the
 * scenario's main figure. `undefined` when one of them was not measured.
 */
export function factorTo(
  own: string,
  server: string,
  { servers, mainFigure }: ScenarioResult,
): number | undefined {
  const values = valuesOf(servers[server]?.rounds ?? [], mainFigure);
  const ratios = ratiosPerRound(values, valuesOf(servers[own]?.rounds ?? [], mainFigure));
  return ratios.length === 0 ? undefined : median(ratios);
}

/** The figure of each round that has it. */
export function valuesOf(rounds: readonly RoundFigures[], figure: FigureName) {
  return rounds.flatMap(({ round, [figure]: value }) =>
    value === undefined ? [] : [{ round, value }],
  );
}
