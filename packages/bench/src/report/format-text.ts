import type { Report } from "../contract/report.ts";
import { describeRun } from "./describe-settings.ts";
import { heldSentence } from "./held-sentence.ts";
import { LATENCY_COLUMNS, latencyRows } from "./latency-rows.ts";
import { summaryFacts } from "./summary-facts.ts";
import { alignColumns, wrapText } from "./text-table.ts";

const WIDTH = 110;

/** The report for people, as plain text that ends in a newline. */
export function formatText(report: Report): string {
  const { tool, settings } = report;
  const head = `${tool.name} ${tool.version}: ${settings.scenario} ${settings.url}`;
  const run = `  ${wrapText(describeRun(settings), WIDTH, "  ")}`;
  const facts = alignNames(summaryFacts(report));
  const sections = [
    [head, run],
    facts,
    latencyTable(report),
    bulletList("Warnings", report.warnings),
    report.failures.length === 0 ? [heldSentence(report)] : bulletList("FAILED", report.failures),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function alignNames(facts: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}

function latencyTable(report: Report): readonly string[] {
  const rows = latencyRows(report);
  if (rows.length === 0) return [];
  const title = report.loop === "none" ? "" : `${report.loop} loop`;
  return alignColumns([[title, ...LATENCY_COLUMNS], ...rows]).map((line) => `  ${line}`);
}

function bulletList(title: string, sentences: readonly string[]): readonly string[] {
  if (sentences.length === 0) return [];
  return [title, ...sentences.map((sentence) => `  - ${wrapText(sentence, WIDTH, "    ")}`)];
}
