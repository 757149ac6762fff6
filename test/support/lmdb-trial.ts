/** Names one publication: the round of the publisher, and the number in it. */
export type Trial = `${string}-${number}`;

const topics = 3;

/** The topics that publications go to. */
export const trialTopics: readonly string[] = Array.from(
  { length: topics },
  (_, n) => `topic ${n}`,
);

export function topicOf(trial: Trial): string {
  return `topic ${Number(trial.split("-")[1]) % topics}`;
}

/** Where a publication is, as its publisher was told. */
export interface Acknowledged {
  readonly trial: Trial;
  readonly offset: number;
  readonly epoch: string;
}

/** What a publisher has written down before it was killed. */
export interface PublisherLog {
  readonly tried: readonly Trial[];
  readonly acknowledged: readonly Acknowledged[];
}

export function parsePublisherLog(stdout: string): PublisherLog {
  // The last line may be cut off; that nothing follows its end is what split() leaves last.
  const lines = stdout.split("\n").slice(0, -1);
  const tried: Trial[] = [];
  const acknowledged: Acknowledged[] = [];
  for (const line of lines) {
    const [kind, ...words] = line.split(" ");
    if (kind === "try") tried.push(words[0] as Trial);
    if (kind !== "ack") continue;
    const [, trial, offset, epoch = ""] = words;
    acknowledged.push({ trial: trial as Trial, offset: Number(offset), epoch });
  }
  return { tried, acknowledged };
}
