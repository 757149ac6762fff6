/** Numbers for people. No locale of the system: the same report everywhere. */

/** `1,234,567`. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** `1 connection`, `1,200 connections`. */
export function formatPlural(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** Three significant digits and at least those before the point: `0.0123`, `1.23`, `123`, `12,345`. */
export function formatNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.min(20, Math.max(0, 2 - magnitude));
  return value.toLocaleString("en-US", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

/** Microseconds in the unit that reads best: `87.0 µs`, `1.23 ms`, `4.50 s`. */
export function formatUs(us: number): string {
  if (us < 1_000) return `${formatNumber(us)} µs`;
  if (us < 1_000_000) return `${formatNumber(us / 1_000)} ms`;
  return `${formatNumber(us / 1_000_000)} s`;
}

/** Binary units: `17 B`, `1.50 KiB`, `48.2 MiB`; a negative one keeps its sign. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : formatNumber(value)} ${units[unit]}`;
}

/** `500 ms`, `10 s`, `2 min 5 s`, `3 h 20 min`. */
export function formatMs(ms: number): string {
  if (ms < 1_000) return `${formatCount(ms)} ms`;
  const seconds = Math.round(ms / 100) / 10;
  if (seconds < 120) return `${seconds} s`;
  const [large, small, size] =
    seconds < 7_200 ? (["min", "s", 60] as const) : (["h", "min", 3_600] as const);
  const rest = Math.floor((seconds % size) / (size / 60));
  return rest === 0
    ? `${Math.floor(seconds / size)} ${large}`
    : `${Math.floor(seconds / size)} ${large} ${rest} ${small}`;
}

/** A share of 1 as `85 %`. */
export function formatShare(share: number): string {
  return `${Math.round(share * 100)} %`;
}
