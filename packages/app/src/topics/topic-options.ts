import type { TopicPolicy } from "@windlass/core";
import { z } from "zod";

/** A year. */
const maxTtlMs = 31_536_000_000;

/** Who was away for less can always be told that nothing was missed. */
const defaultPositionTtlMs = 3_600_000;

/** Options of `app.topic()`. `docs/reference/options.md` says what each does. */
export const topicOptionsSchema = z.strictObject({
  history: z
    .strictObject({
      size: z.int().min(1).max(1_000_000),
      ttlMs: z.int().min(1).max(maxTtlMs),
      positionTtlMs: z.int().min(1).max(maxTtlMs).optional(),
      isLastValue: z.boolean().default(false),
    })
    .refine(
      ({ ttlMs, positionTtlMs }) => positionTtlMs === undefined || positionTtlMs >= ttlMs,
      "expected a positionTtlMs of at least ttlMs",
    )
    .optional(),
  slowConsumer: z.enum(["close", "drop-new", "drop-oldest", "conflate"]).optional(),
});

/** What `app.topic(pattern, options)` takes as options. */
export type TopicOptions = z.input<typeof topicOptionsSchema>;
type ParsedTopicOptions = Readonly<z.output<typeof topicOptionsSchema>>;

/** The policy that options describe. */
export function toTopicPolicy({ history, slowConsumer }: ParsedTopicOptions): TopicPolicy {
  if (history === undefined) return { history: undefined, isLastValue: false, slowConsumer };
  const { size, ttlMs, isLastValue } = history;
  const positionTtlMs = history.positionTtlMs ?? Math.max(ttlMs, defaultPositionTtlMs);
  return { history: { size, ttlMs, positionTtlMs }, isLastValue, slowConsumer };
}
