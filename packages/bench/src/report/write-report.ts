import { writeFileSync } from "node:fs";
import { BenchError } from "../contract/bench-error.ts";
import type { Report } from "../contract/report.ts";
import { renderHtml } from "./html/render-html.ts";

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: "the folder does not exist",
  ENOTDIR: "a part of the path is a file, not a folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  EISDIR: "it is a folder",
  ENOSPC: "the disk is full",
};

/**
 * Writes the report as JSON, indented.
 *
 * @throws BenchError when the file cannot be written
 */
export function writeJsonReport(report: Report, file: string): void {
  write(file, "JSON", `${JSON.stringify(report, null, 2)}\n`);
}

/**
 * Writes the report as one HTML page that needs no other file and no network.
 *
 * @throws BenchError when the file cannot be written
 */
export function writeHtmlReport(report: Report, file: string): void {
  write(file, "HTML", renderHtml(report));
}

function write(file: string, kind: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    const why = CAUSES[code] ?? message;
    throw new BenchError(
      `Cannot write the ${kind} report to ${file}: ${why}${code === "" ? "" : ` (${code})`}. Name another file.`,
    );
  }
}
