import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { BenchError } from "../contract/bench-error.ts";
import type { Report } from "../contract/report.ts";
import { writeHtmlReport, writeJsonReport } from "../report/write-report.ts";

/** Where a report goes besides the standard output: paths as they were written. */
export interface OutputFiles {
  readonly json?: string;
  readonly html?: string;
}

const writers = { json: writeJsonReport, html: writeHtmlReport } as const;
const kinds = ["json", "html"] as const;

/**
 * Looks whether the files can be written now, and not when an hour's run is over.
 *
 * @throws BenchError naming the option and the file
 */
export function requireWritable(files: OutputFiles, cwd: string): void {
  for (const kind of kinds) {
    const name = files[kind];
    if (name === undefined) continue;
    const reason = reasonAgainst(resolve(cwd, name));
    if (reason === undefined) continue;
    throw new BenchError(`--${kind}: ${name} cannot be written: ${reason}. Name another file.`);
  }
  const { json, html } = files;
  if (json === undefined || html === undefined || resolve(cwd, json) !== resolve(cwd, html)) return;
  throw new BenchError(`--html: ${html} is the file of --json as well. Name another file.`);
}

/** @throws BenchError when a file cannot be written after all */
export function writeReport(report: Report, files: OutputFiles, cwd: string): void {
  for (const kind of kinds) {
    const name = files[kind];
    if (name !== undefined) writers[kind](report, resolve(cwd, name));
  }
}

function reasonAgainst(path: string): string | undefined {
  const existing = statSync(path, { throwIfNoEntry: false });
  if (existing?.isDirectory() === true) return "it is a folder";
  const folder = dirname(path);
  if (existing === undefined && statSync(folder, { throwIfNoEntry: false }) === undefined) {
    return `there is no folder ${folder}`;
  }
  try {
    accessSync(existing === undefined ? folder : path, constants.W_OK);
    return undefined;
  } catch {
    return "there is no permission to";
  }
}
