import { type Command, CommanderError } from "commander";
import { BenchError } from "../contract/bench-error.ts";
import type { ProgramIo } from "./program-io.ts";

/**
 * Runs a program made by {@link createProgram} to its end. Help and errors of the command line go to
 * `io` as well, and no error leaves this function: what kept the run from taking place is written to
 * `stderr` and sets the exit status to 2.
 *
 * @param args without the names of Node.js and of the script
 */
export async function runProgram(
  program: Command,
  args: readonly string[],
  io: ProgramIo,
): Promise<void> {
  for (const command of [program, ...program.commands]) {
    command.exitOverride();
    command.configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHelpWidth: () => Math.min(io.stdout.columns ?? 100, 110),
      getErrHelpWidth: () => Math.min(io.stderr.columns ?? 100, 110),
    });
  }
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    // Commander has written its own errors already.
    if (error instanceof CommanderError) io.setExitStatus(2);
    else reportError(error, io);
  }
}

/** Writes what kept a run from taking place, and sets the exit status. */
export function reportError(error: unknown, io: ProgramIo): void {
  io.setExitStatus(2);
  io.stderr.write(`${describe(error)}\n`);
}

/** A sentence for people; only what nobody foresaw comes with its stack. */
function describe(error: unknown): string {
  if (error instanceof BenchError) return error.message;
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `An error in the tool itself, please report it: ${detail}`;
}
