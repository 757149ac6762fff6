import type { BenchSettings } from "../contract/settings.ts";
import { formatBytes, formatMs, formatPlural } from "./format.ts";
import { describeLoop } from "./loop-kind.ts";

/** The run in a line: `100 connections, 20 B text, closed loop, 16 in flight, 10 s after 2 s of warm-up`. */
export function describeRun(settings: BenchSettings): string {
  const load = describeLoop(settings);
  const parts = [
    ...describeScenario(settings),
    ...("messageBytes" in settings
      ? [`${formatBytes(settings.messageBytes)} ${settings.format}`, load]
      : []),
    ...("messageBytes" in settings ? [describePhases(settings)] : []),
  ];
  return parts.join(", ");
}

function describeScenario(settings: BenchSettings): readonly string[] {
  const connections = formatPlural(settings.connections, "connection");
  switch (settings.scenario) {
    case "broadcast":
      return [
        `${formatPlural(settings.publishers, "publisher")} to ${formatPlural(settings.subscribers, "subscriber")}`,
        formatPlural(settings.topics, "topic"),
      ];
    case "connect":
      return [connections, `held for ${formatMs(settings.holdMs)}`];
    case "reconnect":
      return [
        connections,
        formatPlural(settings.storms, "storm"),
        settings.jitterMs > 0 ? `jitter up to ${formatMs(settings.jitterMs)}` : "no jitter",
      ];
    default:
      return [connections];
  }
}

function describePhases({ durationMs, warmupMs }: BenchSettings): string {
  const warmup = warmupMs > 0 ? ` after ${formatMs(warmupMs)} of warm-up` : "";
  return `${formatMs(durationMs)}${warmup}`;
}

/** What one message, reply or handshake is called in this scenario. */
export function unitOf(settings: BenchSettings): "message" | "delivery" | "handshake" {
  switch (settings.scenario) {
    case "echo":
    case "soak":
      return "message";
    case "broadcast":
      return "delivery";
    case "connect":
    case "reconnect":
      return "handshake";
    default:
      return settings satisfies never;
  }
}

/** `messages`, `deliveries`, `handshakes`. */
export function unitsOf(settings: BenchSettings): string {
  const unit = unitOf(settings);
  return unit === "delivery" ? "deliveries" : `${unit}s`;
}
