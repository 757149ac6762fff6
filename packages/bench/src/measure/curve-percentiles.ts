/** Steps of the curve for each factor of ten in 1 / (1 - p). */
const STEPS_PER_TENFOLD = 20;
const NAMED = [50, 75, 90, 95, 99, 99.9, 99.99];

/**
 * The percentiles that a curve of `count` values is drawn through: evenly spaced on the axis
 * 1 / (1 - p), no finer than one value in `count`, with the named ones, and 0 and 100 at the ends.
 */
export function curvePercentiles(count: number): readonly number[] {
  const finest = 100 * (1 - 1 / Math.max(1, count));
  const steps = Math.floor(Math.log10(Math.max(1, count)) * STEPS_PER_TENFOLD);
  const even = Array.from(
    { length: steps + 1 },
    (_, step) => 100 - 100 / 10 ** (step / STEPS_PER_TENFOLD),
  );
  const inner = [...even, ...NAMED].map(rounded).filter((percentile) => percentile <= finest);
  return [...new Set([0, ...inner, 100])].sort((a, b) => a - b);
}

/** Eight decimals: one value in ten thousand million. */
function rounded(percentile: number): number {
  return Math.round(percentile * 1e8) / 1e8;
}
