/**
 * Runs in the page: draws every plot of the element `#plots` with uPlot, in the colours of the
 * style sheet, and again when the width or the colour scheme changes. A string, because it is no
 * code of this process.
 */
export const plotScript = `
"use strict";
const plots = JSON.parse(document.getElementById("plots").textContent);

function digits(value) {
  if (value === 0) return "0";
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return String(Number(value.toFixed(Math.min(6, decimals))));
}
function scaled(value, step, units) {
  let unit = 0;
  while (Math.abs(value) >= step && unit < units.length - 1) { value /= step; unit += 1; }
  return digits(value) + units[unit];
}
const write = {
  microseconds: (value) => value < 1000 ? digits(value) + " µs" : scaled(value / 1000, 1000, [" ms", " s"]),
  perSecond: (value) => scaled(value, 1000, ["", " k", " M"]),
  bytes: (value) => scaled(value, 1024, [" B", " KiB", " MiB", " GiB"]),
  share: (value) => digits(value),
};

function percentileLabel(x) {
  const p = 100 - 100 / Math.pow(10, x);
  return Number(p.toFixed(Math.max(0, Math.ceil(x) - 2))) + " %";
}
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const binarySteps = Array.from({ length: 50 }, (_, power) => Math.pow(2, power));
function seriesColour(index) {
  return colour("--series-" + (index % 5 + 1));
}
// With two vertical axes, each has the colour of the first series that it belongs to.
function axisColour(plot, unit) {
  const units = new Set(plot.series.map((one) => one.unit));
  return units.size === 1 ? colour("--muted") : seriesColour(plot.series.findIndex((one) => one.unit === unit));
}

function horizontalAxis(plot) {
  const base = { stroke: colour("--muted"), grid: { stroke: colour("--grid"), width: 1 }, ticks: { show: false } };
  if (plot.axis === "seconds") return { ...base, values: (u, ticks) => ticks.map((x) => digits(x) + " s") };
  const last = plot.columns[0][plot.columns[0].length - 1];
  const ticks = [Math.log10(2), 1, 2, 3, 4, 5, 6, 7, 8].filter((x) => x <= Math.max(1, last) + 1e-9);
  return { ...base, splits: () => ticks, values: () => ticks.map(percentileLabel) };
}

function options(plot, width) {
  const units = [...new Set(plot.series.map((one) => one.unit))];
  const isCurve = plot.axis === "percentile";
  const scales = { x: { time: false } };
  for (const unit of units) {
    scales[unit] = isCurve ? { distr: 3 } : { range: (u, min, max) => [0, (max > 0 ? max : 1) * 1.1] };
  }
  const vertical = units.map((unit, index) => ({
    scale: unit, side: index === 0 ? 3 : 1, size: 66, stroke: axisColour(plot, unit), ticks: { show: false },
    ...(unit === "bytes" ? { incrs: binarySteps } : {}),
    grid: { show: index === 0, stroke: colour("--grid"), width: 1 },
    values: (u, ticks) => ticks.map((value) => value === null ? "" : write[unit](value)),
  }));
  const x = isCurve
    ? { label: "percentile", value: (u, value) => value === null ? "" : percentileLabel(value) }
    : { label: "time", value: (u, value) => value === null ? "" : digits(value) + " s" };
  const series = plot.series.map((one, index) => ({
    label: one.label, scale: one.unit, stroke: seriesColour(index), width: 2, spanGaps: isCurve,
    points: { show: plot.columns[0].length < 3 },
    value: (u, value) => value === null || value === undefined ? "" : write[one.unit](value),
  }));
  return { width, height: Math.round(Math.min(340, Math.max(220, width * 0.5))), scales,
    axes: [horizontalAxis(plot), ...vertical], series: [x, ...series] };
}

const drawn = [];
function draw() {
  for (const chart of drawn.splice(0)) chart.destroy();
  for (const plot of plots) {
    const place = document.getElementById("plot-" + plot.id);
    if (place !== null) drawn.push(new uPlot(options(plot, place.clientWidth), plot.columns, place));
  }
}
draw();
let width = document.documentElement.clientWidth;
addEventListener("resize", () => {
  if (width === document.documentElement.clientWidth) return;
  width = document.documentElement.clientWidth;
  draw();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
addEventListener("beforeprint", draw);
`;
