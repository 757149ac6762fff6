import { BenchError } from "../contract/bench-error.ts";
import type { ConnectionCounts } from "../contract/report.ts";
import type { BenchSettings } from "../contract/settings.ts";
import type { WorkerResult } from "../contract/worker-messages.ts";
import { mergeConnections } from "../report/merge-counts.ts";
import type { RunEvents } from "../report/run-events.ts";
import type { RunRecord } from "../report/run-record.ts";
import type { Crew } from "./crew.ts";
import { DriftRecorder } from "./drift-recorder.ts";
import { MeasuredWindow } from "./measured-window.ts";
import type { Monitor } from "./monitor.ts";
import type { RunControl } from "./run-control.ts";
import type { ServerUnderTest } from "./server-under-test.ts";
import { Timeline } from "./timeline.ts";

const TIMELINE_INTERVAL_MS = 1_000;

/** What a run is made of when its phases begin. */
export interface RunParts {
  readonly settings: BenchSettings;
  readonly crew: Crew;
  readonly monitor: Monitor;
  readonly control: RunControl;
  readonly server: ServerUnderTest;
  readonly events: RunEvents;
}

/** What the phases find out. */
export type Findings = Pick<
  RunRecord,
  "results" | "measuredSeconds" | "coordinatorCpuSeconds" | "server" | "timeline" | "drift"
>;

/** Leads the workers through the phases of the scenario. */
export async function runPhases(parts: RunParts): Promise<Findings> {
  const { settings, crew, events } = parts;
  events.phase?.("connecting");
  const opened = await crew.all("opened");
  const endsByItself = settings.scenario === "connect" || settings.scenario === "reconnect";
  requireConnections(mergeConnections(opened.map((message) => message.connections)), settings);
  return endsByItself ? runToItsEnd(parts) : runForDuration(parts);
}

/** `echo`, `soak`, `broadcast`: load for as long as the settings say. */
async function runForDuration(parts: RunParts): Promise<Findings> {
  const { settings, crew, monitor, control, events } = parts;
  events.phase?.("warm-up");
  monitor.begin({ ofMs: settings.warmupMs });
  crew.tell({ kind: "warmUp" });
  await control.pause(settings.warmupMs);
  events.phase?.("measuring");
  const measured = beginMeasuring(parts, settings.durationMs);
  await control.pause(settings.durationMs);
  const record = measured.end();
  events.phase?.("draining");
  crew.tell({ kind: "stop" });
  const results = await crew.all("result");
  return { ...record(), ...measured.recorded(), results: results.map(({ result }) => result) };
}

/** `connect`, `reconnect`: the workers say when they are through. */
async function runToItsEnd(parts: RunParts): Promise<Findings> {
  const { settings, crew, monitor, control, server, events } = parts;
  events.phase?.("measuring");
  const measured = beginMeasuring(parts, expectedMs(settings));
  const finished = settings.scenario === "connect" ? crew.all("held") : crew.all("result");
  await finished;
  const record = measured.end();
  let settled = record();
  if (settings.scenario === "connect") {
    events.phase?.("holding");
    monitor.begin({ ofMs: settings.holdMs });
    await control.pause(settings.holdMs);
    settled = record(server.read());
    monitor.end();
    crew.tell({ kind: "release" });
  }
  const results: readonly WorkerResult[] = (await crew.all("result")).map(({ result }) => result);
  return { ...settled, ...measured.recorded(), results };
}

/** Starts the measured phase in the workers and everything that observes it. */
function beginMeasuring({ settings, crew, monitor, server }: RunParts, ofMs: number) {
  const window = new MeasuredWindow(server);
  const intervalMs = settings.scenario === "soak" ? settings.intervalMs : TIMELINE_INTERVAL_MS;
  const timeline = new Timeline(window.startedMs, intervalMs, window.before);
  const quarters =
    settings.scenario === "soak" ? new DriftRecorder(window.startedMs, ofMs) : undefined;
  crew.tell({ kind: "measure" });
  monitor.begin({
    ofMs,
    intervalMs,
    onProgress: (worker, progress, nowMs) => {
      timeline.add(worker, progress, nowMs);
      quarters?.add(progress, nowMs);
    },
    onInterval: (nowMs) => timeline.close(nowMs, window.sample()),
  });
  return {
    /** Ends the phase and returns what gives its record. */
    end: () => {
      timeline.finish(performance.now(), window.end());
      monitor.end();
      return window.record.bind(window);
    },
    recorded: (): Pick<Findings, "timeline" | "drift"> => {
      const drift = quarters?.drift(timeline.points);
      return { timeline: timeline.points, ...(drift === undefined ? {} : { drift }) };
    },
  };
}

/** 0: as long as it takes. */
function expectedMs(settings: BenchSettings): number {
  if (settings.scenario !== "reconnect") return 0;
  return settings.storms * (settings.jitterMs + settings.restMs);
}

function requireConnections(
  { opened, attempted, failed }: ConnectionCounts,
  { url }: BenchSettings,
): void {
  // `connect` opens its connections in the measured phase.
  if (opened > 0 || attempted === 0) return;
  const reason = Object.keys(failed)[0] ?? "no reason is known";
  throw new BenchError(`None of ${attempted} connections to ${url} opened: ${reason}.`);
}
