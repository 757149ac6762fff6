import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BenchError } from "../contract/bench-error.ts";
import { reportOf } from "./report.test-helper.ts";
import { writeHtmlReport, writeJsonReport } from "./write-report.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bench-report-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("report files", () => {
  it("holds the report itself as JSON", () => {
    const file = join(folder, "report.json");
    const report = reportOf();
    writeJsonReport(report, file);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(report);
  });

  it("holds a page as HTML", () => {
    const file = join(folder, "report.html");
    writeHtmlReport(reportOf(), file);
    expect(readFileSync(file, "utf8")).toMatch(/^<!doctype html>/);
  });

  it("says why a file cannot be written", () => {
    const missing = join(folder, "no", "report.json");
    const attempt = () => writeJsonReport(reportOf(), missing);
    expect(attempt).toThrow(BenchError);
    expect(attempt).toThrow(
      `Cannot write the JSON report to ${missing}: the folder does not exist (ENOENT).`,
    );
    expect(() => writeHtmlReport(reportOf(), folder)).toThrow("it is a folder (EISDIR)");
  });
});
