import { createProgram } from "./create-program.ts";
import { processIo } from "./program-io.ts";
import { reportError, runProgram } from "./run-program.ts";

const io = processIo();
// An adapter's code runs in callbacks of sockets, where nobody awaits what it throws. Node.js would
// exit with 1, which says that the server failed a check.
process.on("uncaughtException", (error) => {
  reportError(error, io);
  process.exit();
});
await runProgram(createProgram(io), process.argv.slice(2), io);
