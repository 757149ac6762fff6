import type { MessageSettings } from "../../contract/settings.ts";
import type { WorkerShare } from "../../contract/worker-messages.ts";
import { ClosedLoop } from "./closed-loop.ts";
import { OpenLoop } from "./open-loop.ts";
import type { SendingLoop } from "./sending-loop.ts";

/** The loop that the settings ask for. `patienceMs`: see {@link ClosedLoop}. */
export function createLoop(
  { rate, settings }: WorkerShare,
  { inFlight }: MessageSettings,
  patienceMs: number,
): SendingLoop {
  if (inFlight !== undefined) return new ClosedLoop({ inFlight, patienceMs });
  if (rate === undefined) {
    throw new Error(`The share of a worker of an open loop (${settings.scenario}) has no rate.`);
  }
  return new OpenLoop({ ratePerSecond: rate });
}
