/** Three significant digits, and thousands apart: "0.85", "12.3", "1,234,567". */
export function formatNumber(value: number): string {
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en-US", {
    minimumFractionDigits: Math.min(digits, 3),
    maximumFractionDigits: Math.min(digits, 3),
  });
}

/** "1.06x"; "-" where there is nothing to compare with. */
export function formatRatio(ratio: number | null | undefined): string {
  if (ratio === null || ratio === undefined) return "-";
  return `${ratio < 9.95 ? ratio.toFixed(2) : formatNumber(ratio)}x`;
}
