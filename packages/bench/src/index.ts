// What `@windlass/bench` offers to programs. Names that are not here are private and may change.

// The command line
export { createProgram } from "./cli/create-program.ts";
export { type ProgramIo, type ProgramOutput, processIo } from "./cli/program-io.ts";
export { runProgram } from "./cli/run-program.ts";
// Adapters
export type {
  Adapter,
  ClientRole,
  ControlVerdict,
  Envelope,
  MessageFormat,
} from "./contract/adapter.ts";
// Errors
export { BenchError } from "./contract/bench-error.ts";
// Reports
export type {
  ConnectionCounts,
  Drift,
  GeneratorUsage,
  LatencySummary,
  MessageCounts,
  Report,
  ServerUsage,
  Storm,
  TimelinePoint,
} from "./contract/report.ts";
// Settings
export type {
  BenchSettings,
  BroadcastSettings,
  CommonSettings,
  ConnectSettings,
  EchoSettings,
  MessageSettings,
  ReconnectSettings,
  ScenarioName,
  SoakSettings,
} from "./contract/settings.ts";
// Running
export { type RunEvents, runBench } from "./run/run-bench.ts";
export { parseSettings } from "./settings/settings.ts";
