/** One bar, with a line from the smallest to the largest round. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** At the end of the bar: the value with its unit or ratio. */
  readonly text: string;
  /** Ours stands out. */
  readonly isOwn: boolean;
}

export interface BarChart {
  readonly title: string;
  /** What the bars measure, and in which unit. */
  readonly subtitle: string;
  readonly bars: readonly Bar[];
}

const width = 720;
const labelWidth = 160;
const valueWidth = 130;
const rowHeight = 30;
const headHeight = 62;
const barHeight = 18;

/** A page in a dark theme asks for dark colours; without one, the picture brings its own light ground. */
const style = `
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 15px; }
.subtitle { fill: #59636e; }
.ground { fill: #ffffff; }
.bar { fill: #8c959f; }
.own { fill: #0969da; }
.spread { stroke: #1f2328; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .subtitle { fill: #9198a1; }
  .ground { fill: #0d1117; }
  .bar { fill: #6e7681; }
  .own { fill: #388bfd; }
  .spread { stroke: #e6edf3; }
}
`;

/** A self-contained SVG picture: horizontal bars from zero. */
export function barChart({ title, subtitle, bars }: BarChart): string {
  const height = headHeight + bars.length * rowHeight + 10;
  const longest = Math.max(...bars.map((bar) => Math.max(bar.value, bar.max)));
  const scale = (width - labelWidth - valueWidth) / (longest > 0 ? longest : 1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">
<style>${style}</style>
<rect class="ground" width="${width}" height="${height}" rx="6"/>
<text class="title" x="16" y="26">${escapeXml(title)}</text>
<text class="subtitle" x="16" y="46">${escapeXml(subtitle)}</text>
${bars.map((bar, row) => drawBar(bar, headHeight + row * rowHeight, scale)).join("\n")}
</svg>
`;
}

function drawBar({ label, value, min, max, text, isOwn }: Bar, top: number, scale: number): string {
  const middle = top + rowHeight / 2;
  const at = (amount: number) => (labelWidth + amount * scale).toFixed(1);
  const end = Number(at(Math.max(value, max))) + 8;
  const baseline = middle + 4;
  return [
    `<text x="${labelWidth - 10}" y="${baseline}" text-anchor="end">${escapeXml(label)}</text>`,
    `<rect class="${isOwn ? "own" : "bar"}" x="${labelWidth}" y="${middle - barHeight / 2}" width="${(value * scale).toFixed(1)}" height="${barHeight}" rx="2"/>`,
    `<line class="spread" x1="${at(min)}" x2="${at(max)}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${end}" y="${baseline}">${escapeXml(text)}</text>`,
  ].join("\n");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
