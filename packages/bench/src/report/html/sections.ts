import type { Report } from "../../contract/report.ts";
import { unitsOf } from "../describe-settings.ts";
import { formatBytes, formatCount, formatNumber, formatUs } from "../format.ts";
import { heldSentence } from "../held-sentence.ts";
import { LATENCY_COLUMNS, latencyRows } from "../latency-rows.ts";
import { summaryFacts } from "../summary-facts.ts";
import { escapeHtml } from "./escape.ts";
import type { Plot } from "./plot-data.ts";

/** The figures to look at first. */
export function tiles(report: Report): string {
  const { server, latency, handshake, settings, messagesPerSecond } = report;
  const times = latency ?? handshake;
  const what = latency === undefined ? "handshakes" : "latency";
  const entries: readonly (readonly [string, string])[] = [
    ...(server === undefined
      ? []
      : [
          [
            `${formatNumber(server.cpuSecondsPerMillion)} s`,
            `server CPU per million ${unitsOf(settings)}`,
          ] as const,
        ]),
    [formatCount(messagesPerSecond), `${unitsOf(settings)} per second`],
    ...(server?.rssPerConnectionBytes === undefined
      ? []
      : [[formatBytes(server.rssPerConnectionBytes), "memory per connection"] as const]),
    ...(times === undefined
      ? []
      : ([
          [formatUs(times.p50Us), `p50 of ${what}`],
          [formatUs(times.p99Us), `p99 of ${what}`],
          [formatUs(times.maxUs), `max of ${what}`],
        ] as const)),
  ];
  const cells = entries.map(
    ([value, name]) => `<div><b>${escapeHtml(value)}</b><span>${escapeHtml(name)}</span></div>`,
  );
  return `<div class="tiles">${cells.join("")}</div>`;
}

/** Failures and warnings, or that all checks held. */
export function verdict(report: Report): string {
  const { failures, warnings } = report;
  const held = `<section class="good"><p>${escapeHtml(heldSentence(report))}</p></section>`;
  return [
    failures.length === 0 ? held : list("bad", "Failed", failures),
    warnings.length === 0 ? "" : list("care", "Warnings", warnings),
  ].join("\n");
}

function list(kind: string, title: string, sentences: readonly string[]): string {
  const items = sentences.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join("");
  return `<section class="${kind}"><h2>${title}</h2><ul>${items}</ul></section>`;
}

/** Places for the plots; the script of the page fills them. */
export function plotSections(plots: readonly Plot[]): string {
  return plots
    .map(
      ({ id, title }) =>
        `<section><h2>${escapeHtml(title)}</h2><div id="plot-${id}"></div></section>`,
    )
    .join("\n");
}

export function latencySection(report: Report): string {
  const rows = latencyRows(report);
  if (rows.length === 0) return "";
  const head = ["", ...LATENCY_COLUMNS].map((name) => `<th>${escapeHtml(name)}</th>`).join("");
  const body = rows.map(([name, ...values]) => {
    const cells = values.map((value) => `<td>${escapeHtml(value)}</td>`).join("");
    return `<tr><th>${escapeHtml(name)}</th>${cells}</tr>`;
  });
  return `<section><h2>Latency</h2><div class="wide"><table class="numbers"><tr>${head}</tr>${body.join("")}</table></div></section>`;
}

export function summarySection(report: Report): string {
  return factSection("Summary", summaryFacts(report));
}

/** Every setting as it was used; headers may hold credentials, so only their names are told. */
export function settingsSection({ settings }: Report): string {
  const facts = Object.entries(settings).map(
    ([name, value]) => [name, settingText(name, value)] as const,
  );
  return factSection("Settings", facts);
}

function settingText(name: string, value: unknown): string {
  if (name === "headers") return Object.keys(value as object).join(", ") || "none";
  if (Array.isArray(value)) return value.join(", ") || "none";
  return String(value);
}

function factSection(title: string, facts: readonly (readonly [string, string])[]): string {
  const rows = facts.map(
    ([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<section><h2>${title}</h2><table class="facts">${rows.join("")}</table></section>`;
}
