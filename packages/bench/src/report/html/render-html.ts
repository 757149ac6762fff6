import type { Report } from "../../contract/report.ts";
import { describeRun } from "../describe-settings.ts";
import { escapeHtml, scriptJson, scriptText, styleText } from "./escape.ts";
import { pageStyle } from "./page-style.ts";
import { plotsOf } from "./plot-data.ts";
import { plotScript } from "./plot-script.ts";
import {
  latencySection,
  plotSections,
  settingsSection,
  summarySection,
  tiles,
  verdict,
} from "./sections.ts";
import { readPlotLibrary } from "./uplot-assets.ts";

/** Nothing is loaded, not even when a value in the report should get past the escaping. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

const LOOPS: Readonly<Record<Report["loop"], string>> = {
  closed: "Closed loop: latencies hide stalls (coordinated omission).",
  open: "Open loop: latencies count from the moment a message was due.",
  none: "",
};

/** The report as one page that needs no other file and no network: summary, plots, settings. */
export function renderHtml(report: Report): string {
  const { tool, settings, startedAt, node, loop } = report;
  const library = readPlotLibrary();
  const plots = plotsOf(report);
  const title = `${settings.scenario} ${settings.url}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${escapeHtml(`${title} - ${tool.name}`)}</title>
<style>${styleText(library.style)}${pageStyle}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(describeRun(settings))}</p>
<p class="muted">${escapeHtml(`${startedAt}, ${tool.name} ${tool.version}, Node.js ${node}. ${LOOPS[loop]}`)}</p>
${tiles(report)}
${verdict(report)}
${plotSections(plots)}
${latencySection(report)}
${summarySection(report)}
${settingsSection(report)}
<details><summary>The plots are drawn by uPlot</summary><pre>${escapeHtml(library.licence)}</pre></details>
<script type="application/json" id="plots">${scriptJson(plots)}</script>
<script>${scriptText(library.script)}</script>
<script>${scriptText(plotScript)}</script>
</body>
</html>
`;
}
