import type { EchoLane } from "./echo-lane.ts";

/** When a connection of the scenario `echo` sends. */
export interface EchoLoop {
  /** Load starts on these connections. */
  start(lanes: readonly EchoLane[]): void;
  /** Replies were read. */
  readEnd(lane: EchoLane, now: number): void;
  /** The connection is gone. */
  lost(lane: EchoLane): void;
  stop(): void;
  /** How long the process was busy with nothing but looking at the clock, in milliseconds. */
  readonly spunMs: number;
}
