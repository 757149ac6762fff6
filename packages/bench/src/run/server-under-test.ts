import { BenchError } from "../contract/bench-error.ts";
import type { BenchSettings } from "../contract/settings.ts";
import { canReadProcesses, ProcessUsage, type UsageReading } from "../measure/process-usage.ts";
import { SpawnedServer } from "../measure/spawned-server.ts";
import { serverFileWarning } from "./file-limit.ts";
import type { RunControl } from "./run-control.ts";

/** The server as far as the bench may look into it: not at all without `--pid` and `--spawn`. */
export interface ServerUnderTest {
  readonly pid: number | undefined;
  readonly warnings: readonly string[];
  /** What it has used so far; `undefined` when it cannot be looked into. Throws when it is gone. */
  read(): UsageReading | undefined;
  /** Ends a spawned one. */
  stop(): Promise<void>;
}

/**
 * Starts the server of `spawn`, or finds the process of `pid`. A spawned server that ends by itself
 * ends the run.
 *
 * @throws BenchError when it does not start, or is not there
 */
export async function openServer(
  settings: BenchSettings,
  control: RunControl,
): Promise<ServerUnderTest> {
  const spawned = await spawnServer(settings, control);
  const pid = spawned?.pid ?? settings.pid;
  const stop = async (): Promise<void> => spawned?.stop();
  if (pid === undefined) return { pid, warnings: [], read: () => undefined, stop };
  if (!canReadProcesses()) return { pid, warnings: [noProcWarning()], read: () => undefined, stop };
  const usage = new ProcessUsage(pid);
  const warnings = serverFileWarning(pid, settings.connections);
  const read = spawned === undefined ? () => usage.read() : () => readWhileAlive(usage);
  if (spawned === undefined) requireProcess(usage, pid);
  return { pid, warnings, read, stop };
}

async function spawnServer(
  settings: BenchSettings,
  control: RunControl,
): Promise<SpawnedServer | undefined> {
  const { spawn: command, url } = settings;
  if (command === undefined) return undefined;
  const { hostname, port, protocol } = new URL(url);
  const server = await SpawnedServer.start({
    command,
    // The URL keeps the brackets of an IPv6 address.
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? (protocol === "wss:" ? 443 : 80) : Number(port),
    signal: control.signal,
  });
  void server.ended.then((sentence) => control.fail(new BenchError(sentence)));
  return server;
}

/** A spawned server that is gone ends the run itself, with its last words: see `ended`. */
function readWhileAlive(usage: ProcessUsage): UsageReading | undefined {
  try {
    return usage.read();
  } catch {
    return undefined;
  }
}

function requireProcess(usage: ProcessUsage, pid: number): void {
  try {
    usage.read();
  } catch (error) {
    throw new BenchError(
      `--pid ${pid}: there is no such process; wanted the process id of the server, as \`pgrep\` or \`ss -tlnp\` shows it.`,
      { cause: error },
    );
  }
}

function noProcWarning(): string {
  return (
    "This system has no /proc, so CPU time and memory of the server are not known. " +
    "Run the bench on Linux to see them."
  );
}
