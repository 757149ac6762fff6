import { resolve } from "node:path";
import { BenchError } from "../contract/bench-error.ts";
import type { BenchSettings, ScenarioName } from "../contract/settings.ts";
import { formatText } from "../report/format-text.ts";
import { createProgressDisplay } from "../report/progress-display.ts";
import type { RunEvents } from "../report/run-events.ts";
import type { runBench } from "../run/run-bench.ts";
import { loadAdapter, resolveAdapter } from "../settings/adapters.ts";
import { parseSettings } from "../settings/settings.ts";
import { overrideSettings, type RawSettings, readSettingsFile } from "../settings/settings-file.ts";
import { type OutputFiles, requireWritable, writeReport } from "./output-files.ts";
import type { ProgramIo } from "./program-io.ts";
import { settingNames } from "./setting-names.ts";

/** Options that are no settings of the scenario. */
export interface OutputOptions extends OutputFiles {
  readonly config?: string;
  readonly quiet?: boolean;
  readonly progress?: boolean;
}

/** One run as the command line asks for it. */
export interface ScenarioRun {
  readonly scenario: ScenarioName;
  /** Settings of the command line. */
  readonly given: RawSettings;
  readonly options: OutputOptions;
  readonly io: ProgramIo;
  readonly run: typeof runBench;
}

/**
 * Runs a scenario and writes its report. Exit status 1 when the server failed a check.
 *
 * @throws BenchError when the run cannot take place, also for files that could not be written at its end
 */
export async function runScenario(scenarioRun: ScenarioRun): Promise<void> {
  const { options, io, run } = scenarioRun;
  const settings = settingsOf(scenarioRun);
  requireWritable(options, io.cwd);
  // A broken adapter is told here, and not by every worker.
  await loadAdapter(settings.adapter);
  const report = await withProgress(scenarioRun, (events) => run(settings, events));
  // First what costs nothing, so that a full disk does not take the figures with it.
  if (options.quiet !== true) io.stdout.write(formatText(report));
  writeReport(report, options, io.cwd);
  if (report.failures.length === 0) return;
  io.setExitStatus(1);
  if (options.quiet === true) io.stderr.write(`${report.failures.join("\n")}\n`);
}

async function withProgress<Result>(
  { options, io }: ScenarioRun,
  work: (events: RunEvents) => Promise<Result>,
): Promise<Result> {
  if (options.quiet === true || options.progress === false) return await work({});
  const display = createProgressDisplay(io.stderr);
  try {
    return await work(display);
  } finally {
    display.end();
  }
}

function settingsOf({ scenario, given, options, io }: ScenarioRun): BenchSettings {
  const filePath = options.config;
  const file = filePath === undefined ? {} : readSettingsFile(resolve(io.cwd, filePath));
  const { adapter } = given;
  const here =
    typeof adapter === "string" ? { ...given, adapter: resolveAdapter(adapter, io.cwd) } : given;
  const raw = overrideSettings(file, here);
  if (raw["url"] === undefined) {
    throw new BenchError(
      `url: expected where to connect to, such as "windlass-bench ${scenario} ws://127.0.0.1:8080/", or "url" in the file of --config; seen nothing.`,
    );
  }
  return parseSettings(scenario, raw, {
    nameOf: settingNames({ scenario, given, file, filePath }),
  });
}
