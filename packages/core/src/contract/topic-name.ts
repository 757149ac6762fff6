import { WindlassError } from "./errors.ts";

/** Topics of the framework itself begin so. */
export const frameworkPrefix = "$";

const maxTopicLength = 255;

/**
 * Refuses what cannot be the topic of an application.
 *
 * @throws WindlassError `ERR_TOPIC_INVALID`
 */
export function checkTopic(topic: unknown): asserts topic is string {
  if (typeof topic !== "string") throw invalid(`(${typeof topic})`);
  if (topic === "" || topic.length > maxTopicLength) {
    throw invalid(`of ${topic.length} characters`);
  }
}

/** As {@link checkTopic}; nor may an application publish to topics of the framework. */
export function checkPublicTopic(topic: unknown): asserts topic is string {
  checkTopic(topic);
  if (topic.startsWith(frameworkPrefix)) throw invalid(`that begins with "${frameworkPrefix}"`);
}

function invalid(seen: string): WindlassError {
  return new WindlassError("ERR_TOPIC_INVALID", { seen });
}
