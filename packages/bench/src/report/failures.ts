import type { MessageCounts, Storm } from "../contract/report.ts";
import { formatCount, formatPlural } from "./format.ts";
import type { ReportFacts } from "./report-facts.ts";

/** Faults of the server under test, each a sentence with its numbers. Empty when every check held. */
export function findFailures(facts: ReportFacts): readonly string[] {
  const { messages, loop } = facts;
  const sentences = [
    ...connectionFailures(facts),
    ...(facts.storms ?? []).flatMap(stormFailure),
    ...(loop === "none" ? [] : messageFailures(facts)),
  ];
  if (sentences.length > 0 || loop === "none") return sentences;
  return messages.requests === 0 ? [silence(facts)] : accountFailure(messages);
}

function connectionFailures({
  connections,
  settings,
  storms = [],
}: ReportFacts): readonly string[] {
  const { attempted, failed, lost } = connections;
  const sentences: string[] = [];
  // In a storm attempts may fail, as long as everybody comes back in the end.
  const repeated = storms.reduce((sum, storm) => sum + storm.failedAttempts, 0);
  const failures = total(failed) - repeated;
  if (failures > 0 && repeated > 0) {
    // Which of the reasons were those of the first opening is not known.
    const of = `of ${formatPlural(settings.connections, "connection")}`;
    const reasons = `${list(failed)}, the storms included`;
    sentences.push(`${formatCount(failures)} ${of} failed to open at first: ${reasons}.`);
  } else if (failures > 0) {
    const of = `of ${formatPlural(attempted, "connection")}`;
    sentences.push(`${formatCount(failures)} ${of} failed: ${list(failed)}.`);
  }
  if (total(lost) > 0) {
    const were = formatPlural(total(lost), "connection was", "connections were");
    sentences.push(`${were} lost: ${list(lost)}.`);
  }
  return sentences;
}

function stormFailure({ dropped, reconnected }: Storm, index: number): readonly string[] {
  if (reconnected >= dropped) return [];
  return [
    `Storm ${index + 1}: ${formatCount(dropped - reconnected)} of ${formatPlural(dropped, "client")} did not come back.`,
  ];
}

function messageFailures({ messages: counts, connections }: ReportFacts): readonly string[] {
  const { unsent } = counts;
  const cause =
    total(connections.lost) > 0
      ? "their connections were lost, or too many were outstanding"
      : "too many were outstanding";
  const expected = formatPlural(counts.expected, "expected reply", "expected replies");
  const why = unsent > 0 ? ` (${formatCount(unsent)} were not sent, because ${cause})` : "";
  const replies = (count: number): string => formatPlural(count, "reply", "replies");
  const faults: readonly (readonly [number, string])[] = [
    [counts.missing, `${formatCount(counts.missing)} of ${expected} never came${why}.`],
    [counts.duplicated, `${replies(counts.duplicated)} came more than once.`],
    [counts.outOfOrder, `${replies(counts.outOfOrder)} came after a later one.`],
    [
      counts.corrupted,
      `${replies(counts.corrupted)} had the wrong length or content (contents are compared by sample: there may be more).`,
    ],
  ];
  return faults.filter(([count]) => count > 0).map(([, sentence]) => sentence);
}

/** No fault was seen and nothing is missing: more may have come than anybody was to get. */
function accountFailure({ replies: came, expected }: MessageCounts): readonly string[] {
  if (came === expected) return [];
  return [
    `${formatCount(came)} replies came to ${formatPlural(expected, "expected one")}. ` +
      "Some reached connections that they were not meant for, it seems.",
  ];
}

/** A run without a message is no success, whatever kept it from sending. */
function silence({ loop, connections }: ReportFacts): string {
  const why =
    loop === "open"
      ? "None was due: use a higher --rate or a longer --duration."
      : "Those of the warm-up were still without a reply: does the server answer at all, and in time?";
  const nothing = "No message was sent in the measured phase, so nothing was checked.";
  return total(connections.lost) > 0 ? nothing : `${nothing} ${why}`;
}

function total(reasons: Readonly<Record<string, number>>): number {
  return Object.values(reasons).reduce((sum, count) => sum + count, 0);
}

/** `3 x connection refused, 1 x timed out`: the five most frequent. */
function list(reasons: Readonly<Record<string, number>>): string {
  const entries = Object.entries(reasons).sort(([, a], [, b]) => b - a);
  const shown = entries.slice(0, 5).map(([reason, count]) => `${formatCount(count)} x ${reason}`);
  return entries.length > 5
    ? `${shown.join(", ")} and ${entries.length - 5} other reasons`
    : shown.join(", ");
}
