/** How far the rounds of one figure lie apart. */
export interface Spread {
  readonly min: number;
  /** A quarter of the rounds lies below. */
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly max: number;
}

/**
 * The value below which `fraction` of the values lie, interpolated between neighbours.
 *
 * @param fraction 0 to 1
 * @throws RangeError without values
 */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) throw new RangeError("no values, no quantile");
  return below + (above - below) * (position - Math.floor(position));
}

/** @throws RangeError without values */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @throws RangeError without values */
export function spreadOf(values: readonly number[]): Spread {
  return {
    min: quantile(values, 0),
    lowerQuartile: quantile(values, 0.25),
    upperQuartile: quantile(values, 0.75),
    max: quantile(values, 1),
  };
}

/** A figure of one round. */
export interface RoundValue {
  readonly round: number;
  readonly value: number;
}

/**
 * Each value divided by the base of its own round. What slows a whole round down (another program,
 * a warmer processor) is in both and cancels out, which it does not in a ratio of medians. Rounds
 * without a base are left out.
 */
export function ratiosPerRound(
  values: readonly RoundValue[],
  base: readonly RoundValue[],
): readonly number[] {
  const baseOf = new Map(base.map(({ round, value }) => [round, value]));
  return values.flatMap(({ round, value }) => {
    const divisor = baseOf.get(round);
    return divisor === undefined || divisor <= 0 ? [] : [value / divisor];
  });
}
