import type { MessageCounts, Storm } from "../contract/report.ts";
import { formatCount, formatPlural } from "./format.ts";
import type { ReportFacts } from "./report-facts.ts";

/** Faults of the server under test, each a sentence with its numbers. Empty when every check held. */
export function findFailures(facts: ReportFacts): readonly string[] {
  const { messages, loop } = facts;
  const sentences = [
    ...connectionFailures(facts),
    ...(facts.storms ?? []).flatMap(stormFailure),
    ...(loop === "none" ? [] : messageFailures(messages)),
  ];
  if (sentences.length > 0 || loop === "none") return sentences;
  return accountFailure(messages);
}

function connectionFailures({ connections, storms = [] }: ReportFacts): readonly string[] {
  const { attempted, failed, lost } = connections;
  const sentences: string[] = [];
  // In a storm attempts may fail, as long as everybody comes back in the end.
  const repeated = storms.reduce((sum, storm) => sum + storm.failedAttempts, 0);
  const failures = total(failed) - repeated;
  if (failures > 0) {
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

function messageFailures(counts: MessageCounts): readonly string[] {
  const { unsent } = counts;
  const expected = formatPlural(counts.expected, "expected reply", "expected replies");
  const why =
    unsent > 0 ? ` (${formatCount(unsent)} were not sent, because too many were outstanding)` : "";
  const replies = (count: number): string => formatPlural(count, "reply", "replies");
  const faults: readonly (readonly [number, string])[] = [
    [counts.missing, `${formatCount(counts.missing)} of ${expected} never came${why}.`],
    [counts.duplicated, `${replies(counts.duplicated)} came more than once.`],
    [counts.outOfOrder, `${replies(counts.outOfOrder)} came after a later one.`],
    [counts.corrupted, `${replies(counts.corrupted)} had the wrong length or content.`],
  ];
  return faults.filter(([count]) => count > 0).map(([, sentence]) => sentence);
}

/** No fault was seen, so all that was sent must have come back. */
function accountFailure({ requests, replies: came, expected }: MessageCounts): readonly string[] {
  if (requests === 0) return ["No message was sent in the measured phase, so nothing was checked."];
  if (came === expected) return [];
  return [`${formatCount(came)} replies came to ${formatPlural(expected, "expected one")}.`];
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
