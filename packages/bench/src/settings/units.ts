const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const sizeUnits: Readonly<Record<string, number>> = {
  "": 1,
  k: 1_024,
  m: 1_048_576,
  g: 1_073_741_824,
};

/**
 * Milliseconds of `"500ms"`, `"10s"`, `"2m"`, `"1h"`; a number without a unit is seconds.
 * Undefined for anything else.
 */
export function parseDuration(value: number | string): number | undefined {
  const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/i.exec(String(value).trim()) ?? [];
  const factor = durationUnits[unit.toLowerCase()];
  if (amount === undefined || factor === undefined) return undefined;
  return Math.round(Number(amount) * factor);
}

/** A duration as people write it: `500ms`, `10s`, `2m`, `24h`. */
export function formatDuration(ms: number): string {
  const units = Object.entries(durationUnits).reverse();
  const [unit, factor] = units.find(([, size]) => ms >= size && ms % size === 0) ?? ["ms", 1];
  return ms === 0 ? "0s" : `${ms / factor}${unit}`;
}

/** Bytes of `"20"`, `"16k"` (16,384), `"1.5m"`, `"16KiB"`. Undefined for anything else, also for parts of a byte. */
export function parseSize(value: number | string): number | undefined {
  const text = String(value).trim();
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?) ?([kmg]?)(?:i?b)?$/i.exec(text) ?? [];
  const factor = sizeUnits[unit.toLowerCase()];
  if (amount === undefined || factor === undefined) return undefined;
  const bytes = Number(amount) * factor;
  return Number.isInteger(bytes) ? bytes : undefined;
}

/** A size as the options take it: `20`, `16k`, `1m`. */
export function formatSize(bytes: number): string {
  const units = Object.entries(sizeUnits).reverse();
  const [unit, factor] = units.find(([, size]) => bytes >= size && bytes % size === 0) ?? ["", 1];
  return `${bytes / factor}${unit}`;
}
