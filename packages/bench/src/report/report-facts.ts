import type { Report } from "../contract/report.ts";

/** A report without judgement: what was seen, before `findWarnings` and `findFailures` look at it. */
export type ReportFacts = Omit<Report, "warnings" | "failures">;
