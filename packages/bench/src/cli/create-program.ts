import { Command } from "commander";
import type { ScenarioName } from "../contract/settings.ts";
import { packageVersion } from "../run/package-version.ts";
import { runBench } from "../run/run-bench.ts";
import { scenarioNames } from "../settings/scenario-schemas.ts";
import { examplesText, exitStatusText, programHelp, scenarioHelp } from "./help-texts.ts";
import type { ProgramIo } from "./program-io.ts";
import { type OutputOptions, runScenario } from "./run-scenario.ts";
import { givenSettings, scenarioOptions } from "./scenario-options.ts";

/**
 * The command line program with a command for each scenario. Another program may rename it and add
 * commands; {@link runProgram} runs it.
 *
 * @param run what does the work; another one for tests
 */
export function createProgram(io: ProgramIo, run: typeof runBench = runBench): Command {
  const program = new Command("windlass-bench")
    .description(programHelp.description)
    .version(packageVersion(), "-V, --version", "Show the version")
    .helpOption("-h, --help", "Show this help")
    .helpCommand("help [scenario]", "Show the help of a scenario")
    .usage("<scenario> [url] [options]")
    .addHelpText("after", examplesText(programHelp) + exitStatusText);
  for (const scenario of scenarioNames) program.addCommand(scenarioCommand(scenario, io, run));
  return program;
}

function scenarioCommand(scenario: ScenarioName, io: ProgramIo, run: typeof runBench): Command {
  const help = scenarioHelp[scenario];
  const command = new Command(scenario)
    .summary(help.summary)
    .description(help.description)
    .argument("[url]", "ws://host:port/path or wss://; may be in the settings file instead");
  for (const option of scenarioOptions(scenario)) command.addOption(option);
  return command
    .option("--config <file>", "Settings file: JSON, names in camelCase; options win over it")
    .option("--json <file>", "Write the report as JSON")
    .option("--html <file>", "Write the report as a page with plots, which works offline")
    .option("--quiet", "Write neither report nor progress, only what failed")
    .option("--no-progress", "Write no progress")
    .helpOption("-h, --help", "Show this help")
    .addHelpText("after", examplesText(help) + exitStatusText)
    .action(async (url: string | undefined, options: OutputOptions) => {
      const given = givenSettings(scenario, { ...options });
      const all = url === undefined ? given : { url, ...given };
      await runScenario({ scenario, given: all, options, io, run });
    });
}
