import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { BenchError, type ProgramIo } from "@windlass/bench";
import { Command } from "commander";
import { type CompareOptions, compare, isComplete } from "./compare.ts";
import { buildPackage } from "./peer-command.ts";
import { peers } from "./peers.ts";
import { isBuilt, runBuilt } from "./run-built.ts";
import { scenarios } from "./scenarios.ts";
import { comparisonToText } from "./tables.ts";
import { writeDocs } from "./write-docs.ts";

const docsFolder = fileURLToPath(new URL("../../../../docs/", import.meta.url));

interface CompareFlags {
  readonly quick?: true;
  readonly json?: string;
  readonly only?: readonly string[];
  readonly servers?: readonly string[];
  readonly rounds?: number;
  /** `undefined`: as {@link isComplete} says. */
  readonly docs?: boolean;
}

/**
 * The command `compare`: exit status 1 when a server failed a check. Run from source, it builds
 * everything and runs its built form.
 *
 * @param args of this process, to be passed on
 */
export function compareCommand(io: ProgramIo, args: readonly string[]): Command {
  return new Command("compare")
    .summary("Measure Windlass and its peers side by side")
    .description(
      "Runs the same work on Windlass and its peers in turns. A full run writes docs/benchmarks.md.",
    )
    .option("--quick", "3 short rounds in less than 5 minutes, for a first impression")
    .option("--json <file>", "Write all figures as JSON")
    .option("--only <scenarios>", `Some of: ${namesOf(scenarios)}`, parseNames)
    .option("--servers <servers>", `Some of: ${namesOf(peers)}`, parseNames)
    .option(
      "--rounds <number>",
      "Rounds for each scenario (default: 7, or 3 in quick)",
      parseRounds,
    )
    .option("--docs", "Write docs/benchmarks.md and the plots, whatever was left out")
    .option("--no-docs", "Do not write them")
    .action(async (flags: CompareFlags) => {
      if (isBuilt()) await runCompare(flags, io);
      else await buildAndRun(args, io);
    });
}

async function buildAndRun(args: readonly string[], io: ProgramIo): Promise<void> {
  io.stderr.write("building the servers and the bench\n");
  buildPackage();
  const status = await runBuilt(args);
  if (status !== 0) io.setExitStatus(status === 1 ? 1 : 2);
}

async function runCompare(flags: CompareFlags, io: ProgramIo): Promise<void> {
  const { quick = false, json, only, servers, rounds } = flags;
  const options: CompareOptions = {
    quick,
    ...(only !== undefined && { only }),
    ...(servers !== undefined && { servers }),
    ...(rounds !== undefined && { rounds }),
  };
  const result = await compare(options, (line) => io.stderr.write(`${line}\n`));
  if (json !== undefined) {
    await writeFile(resolve(io.cwd, json), `${JSON.stringify(result, undefined, 2)}\n`);
  }
  io.stdout.write(`${comparisonToText(result)}\n`);
  if (result.failures.length > 0) {
    io.stderr.write(`${["The comparison failed:", ...result.failures].join("\n- ")}\n`);
    io.setExitStatus(1);
    return;
  }
  if (flags.docs ?? isComplete(options)) await writeDocs(docsFolder, result);
}

function namesOf(table: readonly { readonly name: string }[]): string {
  return table.map(({ name }) => name).join(", ");
}

/** "a, b" as names. */
export function parseNames(list: string): readonly string[] {
  return list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** @throws BenchError for anything but a whole number from 1 to 1000 */
export function parseRounds(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= 1_000) return rounds;
  throw new BenchError(`--rounds: expected a whole number from 1 to 1000; seen "${text}".`);
}
