import type { Report } from "../contract/report.ts";
import { formatCount, formatPlural } from "./format.ts";

/** What was checked and found right; for a report without failures. */
export function heldSentence({ messages, connections, loop }: Report): string {
  if (loop === "none") return `All checks held: ${formatPlural(connections.opened, "handshake")}.`;
  const { requests, replies, expected } = messages;
  const wanted = expected === requests ? "" : ` (${formatCount(expected)} expected)`;
  return `All checks held: ${formatPlural(requests, "message")} sent, ${formatCount(replies)} came back${wanted}; contents were compared by sample.`;
}
