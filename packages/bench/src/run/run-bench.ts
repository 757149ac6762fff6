import { availableParallelism } from "node:os";
import type { Report } from "../contract/report.ts";
import type { BenchSettings } from "../contract/settings.ts";
import { findTargetAddress } from "../load/target-address.ts";
import { mergeReport } from "../report/merge-report.ts";
import type { RunEvents } from "../report/run-events.ts";
import { checkTarget } from "./check-target.ts";
import { Crew } from "./crew.ts";
import { checkWorkerFiles, readFileLimit } from "./file-limit.ts";
import { endOnSignals } from "./interruption.ts";
import { Monitor } from "./monitor.ts";
import { packageVersion } from "./package-version.ts";
import { runPhases } from "./phases.ts";
import { preflight } from "./preflight.ts";
import { RunControl } from "./run-control.ts";
import { openServer, type ServerUnderTest } from "./server-under-test.ts";
import { splitShares } from "./shares.ts";
import { sourceAddresses } from "./source-addresses.ts";
import { forkWorker } from "./worker-link.ts";

export type { RunEvents } from "../report/run-events.ts";

/**
 * Runs a scenario and reports what was measured. Faults of the server are `failures` of the report.
 * While it runs, SIGINT, SIGTERM and SIGHUP end the run (and not this process).
 *
 * @throws BenchError when the run cannot take place or was interrupted. Workers and a spawned server
 *   have ended by then.
 */
export async function runBench(settings: BenchSettings, events: RunEvents = {}): Promise<Report> {
  checkTarget(settings);
  const control = new RunControl();
  const stopListening = endOnSignals(control);
  try {
    const server = await openServer(settings, control);
    try {
      return await runOn(server, settings, events, control);
    } finally {
      await server.stop();
    }
  } finally {
    stopListening();
  }
}

async function runOn(
  server: ServerUnderTest,
  settings: BenchSettings,
  events: RunEvents,
  control: RunControl,
): Promise<Report> {
  const startedAt = new Date();
  const address = await control.until(findTargetAddress(settings.url));
  const { addresses: localAddresses, warnings } = sourceAddresses(settings, address);
  const shares = splitShares(settings, { address, localAddresses });
  checkWorkerFiles(
    shares.map((share) => share.connections),
    readFileLimit("self"),
  );
  const [first] = shares;
  if (first !== undefined) await preflight(first, control);
  const monitor = new Monitor(events, control);
  const onProgress = monitor.add.bind(monitor);
  const crew = new Crew({ shares, start: forkWorker, control, onProgress });
  try {
    const findings = await runPhases({ settings, crew, monitor, control, server, events });
    return mergeReport({
      version: packageVersion(),
      startedAt,
      settings,
      cores: availableParallelism(),
      ...findings,
      warnings: [...server.warnings, ...warnings],
    });
  } finally {
    monitor.end();
    await crew.end();
  }
}
