import { createProgram, processIo, runProgram } from "@windlass/bench";
import { compareCommand } from "./compare/compare-command.ts";

/** `pnpm bench`: windlass-bench with one more command. */
const io = processIo();
const args = process.argv.slice(2);
const program = createProgram(io).addCommand(compareCommand(io, args));
await runProgram(program, args, io);
