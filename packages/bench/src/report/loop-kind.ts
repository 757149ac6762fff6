import type { Report } from "../contract/report.ts";
import type { BenchSettings } from "../contract/settings.ts";

/** How the messages of a run are paced. */
export function loopKind(settings: BenchSettings): Report["loop"] {
  if (settings.scenario === "connect" || settings.scenario === "reconnect") return "none";
  return settings.rate === undefined ? "closed" : "open";
}

/** For people: `closed loop, 16 in flight`, `open loop, 5,000 messages/s`. Empty without messages. */
export function describeLoop(settings: BenchSettings): string {
  if (settings.scenario === "connect" || settings.scenario === "reconnect") return "";
  if (settings.rate !== undefined) {
    return `open loop, ${settings.rate.toLocaleString("en-US")} messages/s`;
  }
  return `closed loop, ${settings.inFlight ?? 1} in flight`;
}
