import { processIo, runProgram } from "@windlass/bench";
import { pushCommand } from "./push-command.ts";

/** `pnpm bench:push`. */
const io = processIo();
await runProgram(pushCommand(io), process.argv.slice(2), io);
